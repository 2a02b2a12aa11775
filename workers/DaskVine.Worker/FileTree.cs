using System.IO.Enumeration;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>Directories with all in them. Symbolic links are never followed but at the top.</summary>
internal static class FileTree
{
    /// <summary>Bytes of its files, without those <paramref name="but"/>; what goes while it is counted may count or not.</summary>
    public static long Size(string path, IReadOnlyCollection<string>? but = null)
    {
        var left = but is { Count: > 0 } ? new HashSet<string>(but) : null;
        var files = new FileSystemEnumerable<long>(path, (ref entry) => entry.Length, Everything)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && !IsLink(ref entry) && left?.Contains(entry.ToFullPath()) is not true,
            ShouldRecursePredicate = (ref entry) => !IsLink(ref entry),
        };
        try
        {
            return files.Sum();
        }
        catch (DirectoryNotFoundException)
        {
            // Its owner is at work in it.
            return 0;
        }
    }

    /// <summary>Links a file, or a directory's files, and copies what cannot be linked; pipes, sockets and devices in it are left out.</summary>
    public static void Link(string source, string target)
    {
        if (!Directory.Exists(source))
        {
            LinkFile(source, target);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
        {
            var place = $"{target}/{Path.GetFileName(entry)}";
            switch (FileTypes.Of(entry))
            {
                case FileType.File: LinkFile(entry, place); break;
                case FileType.Directory: Link(entry, place); break;
                case FileType.Symlink: File.CreateSymbolicLink(place, new FileInfo(entry).LinkTarget!); break;
                default: break;
            }
        }
    }

    /// <summary>Copies a file or directory; pipes, sockets and devices in it are left out.</summary>
    public static void Copy(string source, string target)
    {
        if (!Directory.Exists(source))
        {
            File.Copy(source, target);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
        {
            var place = $"{target}/{Path.GetFileName(entry)}";
            switch (FileTypes.Of(entry))
            {
                case FileType.File: File.Copy(entry, place); break;
                case FileType.Directory: Copy(entry, place); break;
                case FileType.Symlink: File.CreateSymbolicLink(place, new FileInfo(entry).LinkTarget!); break;
                default: break;
            }
        }
    }

    /// <summary>Deletes what is there, if anything.</summary>
    public static void Delete(string path)
    {
        if (FileTypes.Of(path) == FileType.Directory)
            Remove(path);
        else
            File.Delete(path);
    }

    /// <summary>Deletes what is there, if anything; says so when that cannot be done, as it costs no more than room.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with the directory that it was in.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"worker: {path} stays behind: {e.Message}");
        }
    }

    /// <summary>Deletes a directory and all in it, also what was closed to its owner.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A closed directory, or a process that was still writing.
            Open(path);
            RunDirectory.Remove(path);
        }
    }

    private static void LinkFile(string source, string target)
    {
        if (!HardLink.TryCreate(source, target, out _))
            File.Copy(source, target);
    }

    private static EnumerationOptions Everything => new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
        IgnoreInaccessible = true,
    };

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static void Open(string path)
    {
        if (FileTypes.Of(path) != FileType.Directory)
            return;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var entry in Directory.EnumerateDirectories(path))
            Open(entry);
    }
}
