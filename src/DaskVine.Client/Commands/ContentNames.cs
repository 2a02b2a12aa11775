using System.Security.Cryptography;
using System.Text;

namespace DaskVine.Client;

/// <summary>Names for content: what is the same has the same name, whoever declares it and when.</summary>
internal static class ContentNames
{
    /// <summary>That of bytes, in a file or not.</summary>
    public static string OfBytes(ReadOnlySpan<byte> data) => $"file-sha256-{Convert.ToHexStringLower(SHA256.HashData(data))}";

    /// <summary>That of what a command makes which is told whole by a description.</summary>
    public static string OfTask(string description) => $"task-sha256-{OfText(description)}";

    /// <summary>A hash alone.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>That of a file or directory, and its bytes: of a directory those of all its files together.</summary>
    /// <exception cref="IOException">Something in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it must not be read.</exception>
    public static (string Name, long Size) OfPath(string path)
    {
        var isDirectory = Directory.Exists(path);
        var (hash, size) = isDirectory ? HashDirectory(new DirectoryInfo(path)) : HashFile(path);
        return ($"{(isDirectory ? "directory" : "file")}-sha256-{hash}", size);
    }

    /// <summary>What changes whenever the file or directory does, or null when nothing is there; reads no file.</summary>
    public static string? Signature(string path)
    {
        if (File.Exists(path))
            return Marks(new FileInfo(path));
        if (!Directory.Exists(path))
            return null;
        var all = new DirectoryInfo(path).EnumerateFileSystemInfos("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = 0,
            IgnoreInaccessible = false,
        });
        return $"directory {OfText(string.Join('\n', all.OrderBy(item => item.FullName, StringComparer.Ordinal).Select(Marks)))}";
    }

    private static string Marks(FileSystemInfo item) =>
        $"{item.FullName} {item.UnixFileMode} {(item as FileInfo)?.Length} {item.LastWriteTimeUtc.Ticks} {item.LinkTarget}";

    private static (string Hash, long Size) HashFile(string path)
    {
        using var file = File.OpenRead(path);
        var hash = SHA256.HashData(file);
        return (Convert.ToHexStringLower(hash), file.Position);
    }

    // Of the sorted entries, each by its kind, whether it may be executed, its name and its own hash.
    private static (string Hash, long Size) HashDirectory(DirectoryInfo directory)
    {
        var described = new StringBuilder();
        var total = 0L;
        foreach (var item in directory.EnumerateFileSystemInfos().OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            var (kind, hash, size) = Describe(item);
            described.Append(kind).Append('/').Append(item.Name).Append('/').Append(hash).Append('\n');
            total += size;
        }

        return (OfText(described.ToString()), total);
    }

    private static (string Kind, string Hash, long Size) Describe(FileSystemInfo item)
    {
        if (item.LinkTarget is { } target)
            return ("link", target, 0);
        if (item is DirectoryInfo inner)
        {
            var (hash, size) = HashDirectory(inner);
            return ("directory", hash, size);
        }

        var (content, length) = HashFile(item.FullName);
        return (item.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? "program" : "file", content, length);
    }
}
