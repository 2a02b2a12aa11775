using System.Formats.Tar;

namespace DaskVine.Transfers;

/// <summary>
/// Unpacks a tar stream into a new directory and never beyond it: no absolute name, no "..", and symbolic links are made last, so that
/// nothing is written through one.
/// </summary>
internal sealed class TarTarget
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root;
    private readonly byte[] _buffer = new byte[ChunkWriter.MaxChunk];
    private readonly HashSet<string> _names = [];
    private readonly List<(string Path, string Target)> _links = [];
    private readonly Dictionary<string, UnixFileMode> _directories = [];

    private TarTarget(string root)
    {
        _root = root;
    }

    /// <summary>Writes everything that the stream holds but links and the modes of directories.</summary>
    /// <exception cref="InvalidDataException">It is no tar stream, or one that must not be unpacked.</exception>
    /// <exception cref="TransferException">It cannot be stored.</exception>
    /// <exception cref="ConnectionLostException">The stream broke.</exception>
    public static TarTarget Unpack(Stream stream, string root, CancellationToken stop)
    {
        var target = new TarTarget(root);
        Storing.Do(root, () => Directory.CreateDirectory(root, OwnerOnly));
        using var tar = new TarReader(stream, leaveOpen: true);
        while (Next(tar) is { } entry)
        {
            stop.ThrowIfCancellationRequested();
            target.Unpack(entry, stop);
        }

        return target;
    }

    /// <summary>Makes the links and sets the modes of directories, which may be read-only: nothing else can be written then.</summary>
    /// <exception cref="TransferException">It cannot be stored.</exception>
    public void Finish() => Storing.Do(_root, () =>
    {
        foreach (var (path, target) in _links)
            File.CreateSymbolicLink(path, target);
        foreach (var (path, mode) in _directories.OrderByDescending(directory => directory.Key, StringComparer.Ordinal))
            File.SetUnixFileMode(path, mode);
    });

    private static TarEntry? Next(TarReader tar)
    {
        try
        {
            return tar.GetNextEntry();
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"the directory's tar stream is malformed: {e.Message}", e);
        }
    }

    private void Unpack(TarEntry entry, CancellationToken stop)
    {
        var name = entry.Name.EndsWith('/') ? entry.Name[..^1] : entry.Name;
        var parts = name.Split('/');
        if (parts.Any(part => part is "" or "." or "..") || name.Contains('\0'))
            throw new InvalidDataException($"the directory holds '{entry.Name}', a name that would leave it");
        var path = Path.Combine(_root, name);
        if (!_names.Add(path) || (parts.Length > 1 && !_directories.ContainsKey(Path.GetDirectoryName(path)!)))
            throw new InvalidDataException($"the directory holds '{entry.Name}' twice, or not where it is");
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Storing.Do(path, () => Directory.CreateDirectory(path, OwnerOnly));
                _directories.Add(path, entry.Mode & Permissions);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                Write(entry, path, stop);
                break;
            case TarEntryType.SymbolicLink when StaysInside(entry.LinkName, parts.Length - 1):
                _links.Add((path, entry.LinkName));
                break;
            case TarEntryType.SymbolicLink:
                throw new InvalidDataException($"the directory holds '{entry.Name}', a symbolic link to '{entry.LinkName}' outside of it");
            default:
                throw new InvalidDataException($"the directory holds '{entry.Name}', which is neither a file nor a directory nor a symbolic link");
        }
    }

    // Steps up count only at the front: behind the name of another link they would start from wherever that one leads.
    private static bool StaysInside(string target, int depth)
    {
        if (target.Length == 0 || target[0] == '/' || target.Contains('\0'))
            return false;
        var parts = target.Split('/');
        var ups = parts.TakeWhile(part => part == "..").Count();
        return ups <= depth && !parts.Skip(ups).Contains("..");
    }

    private void Write(TarEntry entry, string path, CancellationToken stop)
    {
        using var file = Storing.Do(path, () => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write));
        for (long offset = 0; Read(entry) is var read and > 0; offset += read)
        {
            stop.ThrowIfCancellationRequested();
            Storing.Do(path, () => RandomAccess.Write(file, _buffer.AsSpan(0, read), offset));
        }

        Storing.Do(path, () => File.SetUnixFileMode(file, entry.Mode & Permissions));
    }

    private int Read(TarEntry entry)
    {
        try
        {
            return entry.DataStream?.Read(_buffer, 0, _buffer.Length) ?? 0;
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the directory's tar stream ends in the middle of a file", e);
        }
    }
}
