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

    private readonly MemoryShelf? _memory;

    /// <param name="parent">Where the directory is made; must be there.</param>
    /// <param name="memory">For what results and files from elsewhere fit into it; null to keep all on disk. Disposed with this.</param>
    public CacheDirectory(string parent, MemoryShelf? memory = null)
    {
        _memory = memory;
        Path = RunDirectory.Create(parent);
    }

    public string Path { get; }

    /// <summary>Where other workers may link files from. Those that are elsewhere they get by the socket.</summary>
    public string LinkPath => _memory?.Path ?? Path;

    public string FilePath(FileId file)
    {
        lock (_lock)
            return _held.TryGetValue(file.Value, out var held) ? held.Path : $"{Path}/{FileName(file)}";
    }

    /// <summary>The name of a file in the directory of any worker.</summary>
    public static string FileName(FileId file) => $"file-{file.Value}";

    /// <summary>Where a file is gathered while the manager sends it.</summary>
    public string PartPath(FileId file) => $"{Path}/part-{file.Value}";

    /// <summary>Where a file is gathered while it is got from elsewhere.</summary>
    /// <param name="attempt">Its number.</param>
    /// <param name="stays">It is to be kept beyond its use, so on disk.</param>
    public string GotPath(long attempt, bool stays) => $"{(stays ? Path : Root)}/got-{attempt}";

    /// <summary>Where a call writes a large result.</summary>
    public string OutputPath(long call) => $"{Root}/out-{call}";

    /// <summary>Where what a command has made is put, beside its sandbox.</summary>
    public string CommandOutputPath(long call) => $"{Path}/out-{call}";

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
        var isInMemory = _memory?.Has(source) == true;
        var path = $"{(isInMemory ? _memory!.Path : Path)}/{FileName(file)}";
        lock (_lock)
        {
            if (_held.Remove(file.Value, out var before))
                Forget(before, deletes: before.Path != path);
            Rename(source, path);
            _held[file.Value] = new HeldFile(path, size, Directory.Exists(path), checksum);
            if (isInMemory)
                _memory!.Count(size);
        }
    }

    public void KeepOutput(long call, FileId file, long size)
    {
        var inMemory = _memory is null ? null : $"{_memory.Path}/out-{call}";
        Place(inMemory is not null && File.Exists(inMemory) ? inMemory : CommandOutputPath(call), file, size);
    }

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
            return new ServedFile(held.Path, held.Size, () => held.Checksum.Value, () => EndLease(file, held), held.IsDirectory ? ServedKind.Directory : ServedKind.File);
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
        foreach (var root in Roots)
        {
            FileTree.Delete($"{root}/out-{call}");
            // What a host has that dies while it writes.
            File.Delete($"{root}/out-{call}.part");
        }
    }

    /// <summary>A file that is leased goes when nobody sends it any more.</summary>
    public void Delete(FileId file)
    {
        lock (_lock)
        {
            if (_held.Remove(file.Value, out var held))
                Forget(held, deletes: held.Leases == 0);
            else
                FileTree.Delete($"{Path}/{FileName(file)}");
        }
    }

    public void DeleteAllFiles()
    {
        lock (_lock)
        {
            foreach (var held in _held.Values)
                Forget(held, deletes: false);
            _held.Clear();
            foreach (var file in Roots.SelectMany(root => Directory.EnumerateFileSystemEntries(root, "file-*")))
                FileTree.Delete(file);
        }
    }

    /// <summary>An empty directory for one task.</summary>
    public string MakeSandbox(int number) => Directory.CreateDirectory($"{Path}/sandbox-{number}").FullName;

    public void Dispose()
    {
        RunDirectory.Remove(Path);
        _memory?.Dispose();
    }

    private string Root => _memory is { HasRoom: true } ? _memory.Path : Path;

    private IEnumerable<string> Roots => _memory is null ? [Path] : [Path, _memory.Path];

    private void Forget(HeldFile held, bool deletes)
    {
        if (_memory?.Has(held.Path) == true)
            _memory.Count(-held.Size);
        if (deletes)
            FileTree.Delete(held.Path);
    }

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
                FileTree.TryDelete(held.Path);
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
