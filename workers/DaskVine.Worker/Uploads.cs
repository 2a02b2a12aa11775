using System.Formats.Tar;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Worker;

/// <summary>Files on their way to the manager, one after the other, a chunk at a time, so that reports pass between.</summary>
internal sealed class Uploads(CacheDirectory cache, Action<WorkerEvent> raise) : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private const int TarEnd = 1024;

    // The first one is open once a chunk of it was sent.
    private readonly Queue<FileId> _queue = new();
    private SafeFileHandle? _first;
    private long _size;
    private long _offset;

    public bool Any => _queue.Count > 0;

    public void Add(FileId file) => _queue.Enqueue(file);

    /// <summary>The next chunk, or null when there is none or its file cannot be read.</summary>
    public Chunk? Next()
    {
        while (_queue.TryPeek(out var file))
        {
            try
            {
                return ReadChunk(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Finish(new FileUnreadable(file, e.Message));
            }
        }

        return null;
    }

    /// <summary>There is no link any more to send them by.</summary>
    public void Abandon()
    {
        while (_queue.TryPeek(out var file))
            Finish(new UploadEnded(file));
    }

    public void Dispose() => _first?.Dispose();

    private Chunk ReadChunk(FileId file)
    {
        if (_first is null)
        {
            var path = cache.FilePath(file);
            _first = Directory.Exists(path) ? Pack(path, cache.PartPath(file)) : File.OpenHandle(path);
            _size = RandomAccess.GetLength(_first);
            _offset = 0;
        }

        var data = GC.AllocateUninitializedArray<byte>((int)Math.Min(ChunkBytes, _size - _offset));
        for (var filled = 0; filled < data.Length;)
        {
            var read = RandomAccess.Read(_first, data.AsSpan(filled), _offset + filled);
            filled += read > 0 ? read : throw new EndOfStreamException($"{file} has become shorter while it was read");
        }

        var chunk = new Chunk(file, _size, _offset, data);
        _offset += data.Length;
        if (_offset == _size)
            Finish(new UploadEnded(file));
        return chunk;
    }

    // A directory goes as a tar stream, whose size has to be known before it is sent.
    private static SafeFileHandle Pack(string directory, string archive)
    {
        using (var stream = new FileStream(archive, FileMode.Create, FileAccess.Write))
        {
            TarFile.CreateFromDirectory(directory, stream, includeBaseDirectory: false);
            // Of an empty directory nothing was written, where a tar stream has at least its end.
            if (stream.Length == 0)
                stream.SetLength(TarEnd);
        }

        return File.OpenHandle(archive, options: FileOptions.DeleteOnClose);
    }

    private void Finish(WorkerEvent outcome)
    {
        _queue.Dequeue();
        _first?.Dispose();
        _first = null;
        raise(outcome);
    }
}
