using DaskVine.Protocol;
using DaskVine.Transfers;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// The files that a worker holds. Names are made of numbers, never of what came over a wire, and a name <c>file-…</c> is given
/// by renaming only, so that there is never half a file under it. The loop's thread changes it; others may lease what is there.
/// </summary>
internal sealed class CacheDirectory : IDisposable
{
    private readonly Lock _lock = new();

    // Whole files, by number.
    private readonly Dictionary<long, HeldFile> _held = [];

    /// <param name="parent">Where the directory is made; must be there.</param>
    public CacheDirectory(string parent) => Path = RunDirectory.Create(parent);

    public string Path { get; }

    public string FilePath(FileId file) => $"{Path}/{FileName(file)}";

    /// <summary>The name of a file in the directory of any worker.</summary>
    public static string FileName(FileId file) => $"file-{file.Value}";

    /// <summary>Where a file is gathered while the manager sends it.</summary>
    public string PartPath(FileId file) => $"{Path}/part-{file.Value}";

    /// <summary>Where a file is gathered while it is got from elsewhere.</summary>
    public string GotPath(long attempt) => $"{Path}/got-{attempt}";

    /// <summary>Where a call writes a large result.</summary>
    public string OutputPath(long call) => $"{Path}/out-{call}";

    /// <summary>A directory for one command and all that belongs to it.</summary>
    public string CommandPath(long call) => $"{Path}/command-{call}";

    /// <summary>Where files are under the names of their contents.</summary>
    public string NamedPath => $"{Path}/named";

    /// <summary>Gives a file, directory or link its name as a file of the cache.</summary>
    /// <param name="source">Where it was gathered.</param>
    /// <param name="file">What it is from now on.</param>
    /// <param name="size">Its bytes, by which it is known whether it stays what it is.</param>
    /// <param name="checksum">Its CRC32C, when that is known already.</param>
    /// <exception cref="IOException">It is not there, or the file system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The file system refuses.</exception>
    public void Place(string source, FileId file, long size, uint? checksum = null)
    {
        var path = FilePath(file);
        lock (_lock)
        {
            Rename(source, path);
            _held[file.Value] = new HeldFile(path, size, Directory.Exists(path), checksum);
        }
    }

    public void KeepOutput(long call, FileId file, long size) => Place(OutputPath(call), file, size);

    /// <summary>Computes the CRC32C of a file if it is not known; may take long.</summary>
    public void ComputeChecksum(FileId file)
    {
        HeldFile? held;
        lock (_lock)
            _held.TryGetValue(file.Value, out held);
        try
        {
            if (held is { IsDirectory: false })
                _ = held.Checksum.Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was deleted in between, or whoever needs it will find that it is damaged.
        }
    }

    /// <summary>What a request is answered with, on any thread; null when the file is not here.</summary>
    public ServedFile? Lease(long file)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(file, out var held))
                return null;
            held.Leases++;
            return new ServedFile(held.Path, held.Size, () => held.Checksum.Value, () => EndLease(file, held), held.IsDirectory);
        }
    }

    /// <summary>CRC32C of a file that is here; computed when it is asked for.</summary>
    public Lazy<uint>? ChecksumOf(FileId file)
    {
        lock (_lock)
            return _held.GetValueOrDefault(file.Value)?.Checksum;
    }

    /// <summary>Why a file is not what it was; null when it is. What is damaged is deleted.</summary>
    public string? TakeDamage(FileId file, long size)
    {
        if (FileLengths.Problem(FilePath(file), size) is not { } problem)
            return null;
        Delete(file);
        return problem;
    }

    public void DropOutput(long call)
    {
        FileTree.Delete(OutputPath(call));
        // What a host has that dies while it writes.
        File.Delete(OutputPath(call) + ".part");
    }

    /// <summary>A file that is leased goes when nobody sends it any more.</summary>
    public void Delete(FileId file)
    {
        lock (_lock)
        {
            _held.Remove(file.Value, out var held);
            if (held is not { Leases: > 0 })
                FileTree.Delete(FilePath(file));
        }
    }

    public void DeleteAllFiles()
    {
        lock (_lock)
        {
            _held.Clear();
            foreach (var file in Directory.EnumerateFileSystemEntries(Path, "file-*"))
                FileTree.Delete(file);
        }
    }

    /// <summary>An empty directory for one task.</summary>
    public string MakeSandbox(int number) => Directory.CreateDirectory($"{Path}/sandbox-{number}").FullName;

    public void Dispose() => RunDirectory.Remove(Path);

    private static void Rename(string source, string path)
    {
        var type = FileTypes.Of(source);
        if (FileTypes.Of(path) == FileType.Directory || type == FileType.Symlink)
            FileTree.Delete(path);
        if (type == FileType.Directory)
        {
            File.Delete(path);
            Directory.Move(source, path);
        }
        else if (type == FileType.Symlink)
        {
            // Renaming one that leads to a directory is taken for renaming the directory.
            File.CreateSymbolicLink(path, new FileInfo(source).LinkTarget!);
            File.Delete(source);
        }
        else
            File.Move(source, path, overwrite: true);
    }

    private void EndLease(long file, HeldFile held)
    {
        lock (_lock)
        {
            // One that came again is not the one that was to be deleted.
            if (--held.Leases == 0 && !_held.ContainsKey(file))
                FileTree.Delete(held.Path);
        }
    }

    private sealed class HeldFile(string path, long size, bool isDirectory, uint? checksum)
    {
        public string Path { get; } = path;

        public long Size { get; } = size;

        public bool IsDirectory { get; } = isDirectory;

        public Lazy<uint> Checksum { get; } = checksum is { } known ? new Lazy<uint>(known) : new Lazy<uint>(() => Crc32C.OfFile(path));

        public int Leases { get; set; }
    }
}
