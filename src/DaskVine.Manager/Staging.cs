using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager;

/// <summary>The large files that are at the manager, in a private directory that goes with it.</summary>
internal sealed class Staging : IDisposable
{
    // Whole, by id; those dropped are not here any more, even while a transfer still reads them.
    private readonly Dictionary<FileId, StagedFile> _files = [];
    // Made with the first file: most graphs never need it.
    private DirectoryInfo? _directory;
    private long _lastFile;

    /// <summary>Where they are; null before the first.</summary>
    public string? Directory => _directory?.FullName;

    /// <summary>Takes a chunk; true when the file is whole with it.</summary>
    /// <param name="chunk">What came.</param>
    /// <param name="arriving">The files that are on their way from the same worker.</param>
    /// <exception cref="ProtocolException">The chunk does not fit the file.</exception>
    /// <exception cref="ManagerException">It cannot be stored; what had come of the file is forgotten.</exception>
    public bool Receive(Chunk chunk, Dictionary<FileId, StagedFile> arriving)
    {
        try
        {
            return Store(chunk, arriving);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (arriving.Remove(chunk.File, out var broken))
                broken.Dispose();
            throw new ManagerException(
                $"cannot keep {chunk.Size} bytes of results in {_directory?.FullName ?? Path.GetTempPath()} at the manager: {e.Message}; TMPDIR can name a directory that has room", e);
        }
    }

    /// <summary>A whole file.</summary>
    public StagedFile? Find(FileId file) => _files.GetValueOrDefault(file);

    public void Drop(FileId file)
    {
        if (_files.Remove(file, out var staged))
            staged.Drop();
    }

    public void Dispose()
    {
        foreach (var staged in _files.Values)
            staged.Dispose();
        if (_directory is { Exists: true })
            _directory.Delete(recursive: true);
    }

    private bool Store(Chunk chunk, Dictionary<FileId, StagedFile> arriving)
    {
        if (chunk.Offset == 0)
            Restart(chunk, arriving);
        // The rest of what was released while it was on its way.
        if (!arriving.TryGetValue(chunk.File, out var staged))
            return false;
        if (chunk.Size != staged.Size)
            throw new ProtocolException($"{chunk.File}: a chunk says {chunk.Size} bytes where the first said {staged.Size}");
        staged.Write(chunk.Offset, chunk.Data.Span);
        if (!staged.IsWhole)
            return false;
        arriving.Remove(chunk.File);
        Drop(chunk.File);
        _files.Add(chunk.File, staged);
        return true;
    }

    // A source that breaks off is asked again, or another one is.
    private void Restart(Chunk chunk, Dictionary<FileId, StagedFile> arriving)
    {
        if (arriving.Remove(chunk.File, out var broken))
            broken.Dispose();
        _directory ??= System.IO.Directory.CreateTempSubdirectory("daskvine-manager-");
        // Transfers may still read an older one with the same id, hence the number.
        var path = Path.Combine(_directory.FullName, $"file-{chunk.File.Value}-{++_lastFile}");
        arriving.Add(chunk.File, new StagedFile(path, chunk.File, chunk.Size));
    }
}
