using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Worker;

/// <summary>Files that come from the manager in chunks, each in order.</summary>
internal sealed class IncomingFiles(CacheDirectory cache) : IDisposable
{
    // Files of which the first chunk has come and the last has not; a null handle marks one that could not be stored.
    private readonly Dictionary<FileId, Part> _parts = [];

    /// <summary>Stores a chunk; returns what is to be told when it was the last, or when it cannot be stored.</summary>
    /// <exception cref="ProtocolException">It does not follow the chunk before it.</exception>
    public WorkerEvent? Receive(Chunk chunk)
    {
        if (chunk.Offset == 0)
            Drop(chunk.File);
        if (!_parts.TryGetValue(chunk.File, out var part))
            part = Begin(chunk, out var refused) is { } begun ? begun : throw new ProtocolException(refused);
        var end = chunk.Offset + chunk.Data.Length;
        if (chunk.Offset != part.Received || chunk.Size != part.Size || end > part.Size)
            throw new ProtocolException($"bytes {chunk.Offset} to {end} of {chunk.File} do not follow its first {part.Received} of {part.Size}");
        part.Received = end;
        try
        {
            return Store(chunk, part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GiveUp(chunk.File, part);
            return new FileArrivalFailed(chunk.File, e.Message);
        }
    }

    public void Drop(FileId file)
    {
        if (!_parts.Remove(file, out var part))
            return;
        part.Close();
        FileTree.TryDelete(cache.PartPath(file));
    }

    public void DropAll()
    {
        foreach (var file in _parts.Keys.ToArray())
            Drop(file);
    }

    public void Dispose() => DropAll();

    // What has come of it would only fill the disk, and the rest of it is not stored.
    private void GiveUp(FileId file, Part part)
    {
        part.Close();
        if (part.Received == part.Size)
            _parts.Remove(file);
        FileTree.TryDelete(cache.PartPath(file));
    }

    private Part? Begin(Chunk chunk, out string refused)
    {
        refused = $"the first chunk of {chunk.File} begins at {chunk.Offset}";
        if (chunk.Offset != 0)
            return null;
        var part = new Part(chunk.Size);
        _parts.Add(chunk.File, part);
        return part;
    }

    private FileArrived? Store(Chunk chunk, Part part)
    {
        if (chunk.Offset == 0)
            part.Handle = File.OpenHandle(cache.PartPath(chunk.File), FileMode.Create, FileAccess.Write);
        var isLast = part.Received == part.Size;
        if (part.Handle is { } handle)
            RandomAccess.Write(handle, chunk.Data.Span, chunk.Offset);
        if (!isLast)
            return null;
        var stored = part.Handle is not null;
        part.Close();
        _parts.Remove(chunk.File);
        if (!stored)
            return null;
        cache.Place(cache.PartPath(chunk.File), chunk.File, chunk.Size);
        return new FileArrived(chunk.File, chunk.Size);
    }

    private sealed class Part(long size)
    {
        public long Size { get; } = size;

        public long Received { get; set; }

        public SafeFileHandle? Handle { get; set; }

        public void Close()
        {
            Handle?.Dispose();
            Handle = null;
        }
    }
}
