using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// Files under the names of their contents: for as long as this worker lives in its cache, and for ever in a directory that stays, which
/// several workers may share. A file of the cache and its named one are two names of one file; of a directory the file is a link.
/// </summary>
internal sealed class NamedStore(string directory, LastingStore? lasting, Action<string> lost)
{
    /// <summary>Puts a file of the cache under a name too; called on the loop's thread.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The file system refuses.</exception>
    public void Add(string file, string name, CacheLevel level, Lazy<uint>? checksum)
    {
        Directory.CreateDirectory(directory);
        var path = PathOf(name);
        var type = FileTypes.Of(file);
        if (FileTypes.Of(path) != FileType.None || type is not (FileType.File or FileType.Directory))
            return;
        if (type == FileType.File)
        {
            if (!HardLink.TryCreate(file, path, out var why))
                throw new IOException(why);
        }
        else
            AddDirectory(file, path);

        if (level == CacheLevel.Forever)
            lasting?.Add(path, name, checksum);
    }

    /// <summary>Puts what is kept under a name at a path, on any thread; the checksum is given when it is known.</summary>
    public bool TryTake(string name, string path, out uint? checksum)
    {
        checksum = null;
        if (FileTypes.Of(PathOf(name)) != FileType.None)
            return TryLink(PathOf(name), path);
        if (lasting is null)
            return false;
        if (lasting.Find(name, out checksum) is { } kept && TryLink(kept, path))
            return true;
        lost(name);
        return false;
    }

    public void Delete(string name)
    {
        FileTree.Delete(PathOf(name));
        lasting?.Delete(name);
    }

    private string PathOf(string name) => $"{directory}/{name}";

    private static void AddDirectory(string file, string path)
    {
        Directory.Move(file, path);
        File.CreateSymbolicLink(file, path);
    }

    private static bool TryLink(string kept, string path)
    {
        FileTree.Delete(path);
        if (Directory.Exists(kept))
        {
            File.CreateSymbolicLink(path, kept);
            return true;
        }

        if (HardLink.TryCreate(kept, path, out _))
            return true;
        // On another file system, say.
        File.CreateSymbolicLink(path, kept);
        return true;
    }
}
