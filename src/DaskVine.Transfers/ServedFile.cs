namespace DaskVine.Transfers;

/// <summary>What a server gives out. It is leased: the file must stay until Dispose, and may be deleted then.</summary>
public sealed class ServedFile : IDisposable
{
    private readonly Func<uint> _checksum;
    private Action? _released;

    /// <param name="path">The file, directory or archive.</param>
    /// <param name="size">Its size in bytes; a file of another size counts as not there. For a directory it is only announced.</param>
    /// <param name="checksum">CRC32C of the whole file; called on the transfer's thread, may block. Not asked for a directory.</param>
    /// <param name="released">Called once when the lease ends, on any thread.</param>
    /// <param name="kind">How it is sent.</param>
    public ServedFile(string path, long size, Func<uint> checksum, Action? released = null, ServedKind kind = ServedKind.File)
    {
        Path = path;
        Size = size;
        Kind = kind;
        _checksum = checksum;
        _released = released;
    }

    public string Path { get; }

    public long Size { get; }

    public ServedKind Kind { get; }

    public uint Checksum() => _checksum();

    public void Dispose() => Interlocked.Exchange(ref _released, null)?.Invoke();
}
