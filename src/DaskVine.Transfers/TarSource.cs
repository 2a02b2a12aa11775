using System.Formats.Tar;

namespace DaskVine.Transfers;

/// <summary>A directory as a tar stream: sorted, with modes, without times and owners.</summary>
internal sealed class TarSource
{
    private readonly List<(string Name, FileSystemInfo Item)> _entries;

    private TarSource(List<(string Name, FileSystemInfo Item)> entries)
    {
        _entries = entries;
    }

    /// <summary>Lists a directory.</summary>
    /// <param name="root">Its path.</param>
    /// <param name="why">Why it cannot be sent; null when it can.</param>
    public static TarSource? Find(string root, out string? why)
    {
        var entries = new List<(string Name, FileSystemInfo Item)>();
        why = null;
        try
        {
            Collect(new DirectoryInfo(root), "", entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = $"{root} cannot be given out: {e.Message}";
            return null;
        }

        entries.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new TarSource(entries);
    }

    /// <exception cref="IOException">Something in it cannot be read any more, or the connection broke.</exception>
    public void WriteTo(Stream stream)
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var (name, item) in _entries)
            Write(tar, name, item);
    }

    private static void Collect(DirectoryInfo directory, string prefix, List<(string Name, FileSystemInfo Item)> entries)
    {
        foreach (var item in directory.EnumerateFileSystemInfos())
        {
            entries.Add((prefix + item.Name, item));
            if (item is DirectoryInfo { LinkTarget: null } inner)
                Collect(inner, $"{prefix}{item.Name}/", entries);
        }
    }

    // What has no bytes is not opened: it may be a pipe, which would wait for a writer; it arrives as an empty file.
    private static void Write(TarWriter tar, string name, FileSystemInfo item)
    {
        var type = item.LinkTarget is not null ? TarEntryType.SymbolicLink
            : item is DirectoryInfo ? TarEntryType.Directory
            : TarEntryType.RegularFile;
        using var data = type == TarEntryType.RegularFile && item is FileInfo { Length: > 0 }
            ? new FileStream(item.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, ChunkWriter.MaxChunk)
            : null;
        var entry = new GnuTarEntry(type, name) { ModificationTime = DateTimeOffset.UnixEpoch };
        if (data is not null)
            entry.DataStream = data;
        if (item.LinkTarget is { } target)
            entry.LinkName = target;
        else
            entry.Mode = item.UnixFileMode;
        tar.WriteEntry(entry);
    }
}
