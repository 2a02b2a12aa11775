using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager;

/// <summary>The large files that are at the manager, in a private directory that goes with it.</summary>
internal sealed class Staging : IDisposable
{
    // Whole or still arriving, by id; those dropped are not here any more, even while a transfer still reads them.
    private readonly Dictionary<FileId, StagedFile> _files = [];
    // Made with the first file: most graphs never need it.
    private DirectoryInfo? _directory;

    /// <summary>Takes a chunk that a worker sent; true when the file is whole with it.</summary>
    /// <exception cref="ProtocolException">The chunk does not fit the file.</exception>
    public bool Receive(Chunk chunk)
    {
        if (chunk.Offset == 0)
            Restart(chunk);
        if (!_files.TryGetValue(chunk.File, out var staged))
            return false;
        if (staged.IsWhole && chunk.Offset > 0)
            throw new ProtocolException($"{chunk.File} is whole and gets another chunk");
        staged.Write(chunk.Offset, chunk.Data.Span);
        return staged.IsWhole;
    }

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
        _directory?.Delete(recursive: true);
    }

    // A source that breaks off is asked again, or another one is.
    private void Restart(Chunk chunk)
    {
        Drop(chunk.File);
        _directory ??= Directory.CreateTempSubdirectory("daskvine-manager-");
        _files.Add(chunk.File, new StagedFile(_directory.FullName, chunk.File, chunk.Size));
    }
}
