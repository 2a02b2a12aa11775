using DaskVine.Protocol;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Manager;

/// <summary>A large file that came to the manager: written chunk by chunk, read by transfers, deleted after the last of them.</summary>
internal sealed class StagedFile : IDisposable
{
    private readonly bool _isOurs = true;
    private readonly SafeFileHandle _handle;
    private long _received;
    private int _readers;
    private bool _dropped;

    /// <param name="path">Where no file is yet.</param>
    /// <param name="file">What comes.</param>
    /// <param name="size">Its bytes.</param>
    public StagedFile(string path, FileId file, long size)
    {
        File = file;
        Size = size;
        Path = path;
        _handle = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
    }

    private StagedFile(string path, FileId file)
    {
        File = file;
        Path = path;
        _isOurs = false;
        _dropped = true;
        _handle = System.IO.File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Size = _received = RandomAccess.GetLength(_handle);
    }

    /// <summary>A file of a user's, for one reader; it stays when that has ended.</summary>
    /// <exception cref="IOException">It cannot be opened; so for <see cref="UnauthorizedAccessException"/>.</exception>
    public static StagedFile Borrow(string path, FileId file) => new(path, file);

    public string Path { get; }

    public FileId File { get; }

    public long Size { get; }

    public bool IsWhole => _received == Size;

    /// <summary>Adds a chunk.</summary>
    /// <exception cref="ProtocolException">It is not the next one.</exception>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (offset != _received || data.Length > Size - _received)
            throw new ProtocolException($"{File}: a chunk of {data.Length} bytes at {offset} where {_received} of {Size} have come");
        RandomAccess.Write(_handle, data, offset);
        _received += data.Length;
    }

    public ReadOnlyMemory<byte> Read(long offset, int length)
    {
        var data = GC.AllocateUninitializedArray<byte>(length);
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(_handle, data.AsSpan(read), offset + read);
            if (count == 0)
                throw new EndOfStreamException($"{Path} has less than the {Size} bytes that were written to it");
            read += count;
        }

        return data;
    }

    public void AddReader() => _readers++;

    public void RemoveReader()
    {
        _readers--;
        DeleteIfUnused();
    }

    /// <summary>Deletes it once no transfer reads it.</summary>
    public void Drop()
    {
        _dropped = true;
        DeleteIfUnused();
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (!_isOurs)
            return;
        try
        {
            System.IO.File.Delete(Path);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody tidied up the directory for temporary files.
        }
    }

    private void DeleteIfUnused()
    {
        if (_dropped && _readers == 0)
            Dispose();
    }
}
