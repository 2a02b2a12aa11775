using System.Collections.Concurrent;
using System.Globalization;
using DaskVine.Transfers;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// Files that outlive workers, in a directory that several may share: NAME, and in <c>.NAME</c> its bytes and CRC32C (or
/// <c>directory</c>). What is not what it was is deleted when that is seen: its length at the start, its checksum at its first use here.
/// </summary>
internal sealed class LastingStore(string directory, WorkThreads background, WorkerLog log)
{
    // Names that were checked or put there by this worker.
    private readonly ConcurrentDictionary<string, uint?> _verified = new();

    /// <summary>Reads what is there; to be called once, at the start.</summary>
    public IReadOnlyList<NamedFile> Load()
    {
        var found = new List<NamedFile>();
        if (!Directory.Exists(directory))
            return found;
        foreach (var path in Directory.EnumerateFileSystemEntries(directory))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.'))
                continue;
            if (ReadNote(name) is { } note && IsWhole(path, note))
                found.Add(new NamedFile(name, note.Size));
            else
                Discard(name, "it is not as long as when it was put there");
        }

        return found;
    }

    /// <summary>Has a named file of the cache kept here, in the background.</summary>
    public void Add(string named, string name, Lazy<uint>? checksum) => background.Run(() =>
    {
        try
        {
            Keep(named, name, checksum);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write($"{name} is not kept for ever in {directory}: {e.Message}");
        }
    });

    /// <summary>Where a good file of that name is, or null; the first time it is read, which may take long.</summary>
    public string? Find(string name, out uint? checksum)
    {
        var path = PathOf(name);
        checksum = null;
        if (FileTypes.Of(path) == FileType.None)
            return null;
        if (_verified.TryGetValue(name, out checksum))
            return path;
        if (ReadNote(name) is not { } note || !IsWhole(path, note) || !HasChecksum(path, note))
        {
            Discard(name, "its content is not what was put there");
            return null;
        }

        checksum = note.Checksum;
        _verified[name] = checksum;
        return path;
    }

    public void Delete(string name)
    {
        _verified.TryRemove(name, out _);
        FileTree.Delete(PathOf(name));
        if (Directory.Exists(directory))
            File.Delete(NoteOf(name));
    }

    private string PathOf(string name) => $"{directory}/{name}";

    private string NoteOf(string name) => $"{directory}/.{name}";

    private void Keep(string named, string name, Lazy<uint>? checksum)
    {
        Directory.CreateDirectory(directory);
        if (FileTypes.Of(PathOf(name)) != FileType.None)
            return;
        var isDirectory = FileTypes.Of(named) == FileType.Directory;
        var note = new Note(FileLengths.OfAll(named), isDirectory ? null : checksum?.Value ?? Crc32C.OfFile(named));
        WriteNote(name, note);
        if (isDirectory)
            KeepDirectory(named, name);
        else if (!HardLink.TryCreate(named, PathOf(name), out var why) && FileTypes.Of(PathOf(name)) == FileType.None)
            throw new IOException(why);
        _verified[name] = note.Checksum;
    }

    // Copied, as a directory has one place, and renamed, as it must be whole.
    private void KeepDirectory(string named, string name)
    {
        var copy = $"{directory}/.{Guid.NewGuid():N}";
        FileTree.Copy(named, copy);
        try
        {
            Directory.Move(copy, PathOf(name));
        }
        catch (IOException)
        {
            // Another worker was faster.
            FileTree.Delete(copy);
        }
    }

    private void Discard(string name, string why)
    {
        log.Write($"{PathOf(name)} is deleted: {why}");
        Delete(name);
    }

    private static bool IsWhole(string path, Note note) => note.Checksum is null
        ? Directory.Exists(path) && FileTree.Size(path) == note.Size
        : FileLengths.Of(path) == note.Size;

    private static bool HasChecksum(string path, Note note) => note.Checksum is null || Crc32C.OfFile(path) == note.Checksum;

    private Note? ReadNote(string name)
    {
        try
        {
            var parts = File.ReadAllText(NoteOf(name)).Split(' ');
            if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, null, out var size))
                return null;
            if (parts[1] == "directory")
                return new Note(size, null);
            return uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, null, out var checksum) ? new Note(size, checksum) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void WriteNote(string name, Note note)
    {
        var part = $"{directory}/.{Guid.NewGuid():N}";
        File.WriteAllText(part, $"{note.Size} {(note.Checksum is { } checksum ? checksum.ToString("x8") : "directory")}");
        File.Move(part, NoteOf(name), overwrite: true);
    }

    /// <summary>What is known of a file; a directory has no checksum.</summary>
    private readonly record struct Note(long Size, uint? Checksum);
}
