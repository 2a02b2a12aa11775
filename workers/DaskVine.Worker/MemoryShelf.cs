namespace DaskVine.Worker;

/// <summary>
/// The part of a cache that is in memory: a directory on a file system such as /dev/shm, for as many bytes as it was given. What is written while
/// there is room may go over it a little, as sizes are only known at the end.
/// </summary>
internal sealed class MemoryShelf : IDisposable
{
    private readonly RunDirectory _directory;
    private readonly long _bytes;
    private long _used;

    /// <param name="parent">Where the file system is mounted.</param>
    /// <param name="bytes">How much it may hold.</param>
    /// <exception cref="IOException">No directory can be made there.</exception>
    public MemoryShelf(string parent, long bytes)
    {
        _directory = new RunDirectory(parent);
        _bytes = bytes;
    }

    public string Path => _directory.Path;

    public bool HasRoom => Interlocked.Read(ref _used) < _bytes;

    public bool Has(string path) => path.StartsWith(Path, StringComparison.Ordinal) && path[Path.Length] == '/';

    /// <summary>A file has come, or (below zero) gone.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Dispose() => _directory.Dispose();
}
