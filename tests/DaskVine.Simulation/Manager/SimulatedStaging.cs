using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Manager;

/// <summary>The large files at the manager.</summary>
internal sealed class SimulatedStaging
{
    // Whole.
    private readonly Dictionary<FileId, byte[]> _files = [];
    // Of clients' data a part.
    private readonly Dictionary<FileId, ArrivingFile> _arriving = [];
    // What is read where clients have it.
    private readonly Dictionary<FileId, string> _paths = [];

    public int Count => _files.Count + _arriving.Count + _paths.Count;

    public byte[] this[FileId file] => Find(file) ?? throw new PropertyBrokenException("effects", $"the manager gives {file}, which it does not have");

    public byte[]? Find(FileId file) =>
        _files.TryGetValue(file, out var bytes) ? bytes : _paths.TryGetValue(file, out var path) ? DeclaredContent.Read(path) : null;

    public void Serve(ServePath serve) => _paths.Add(serve.File, serve.Path);

    /// <summary>Takes a part of a client's file; true when it is whole with it.</summary>
    public bool Store(StoreData part) => Receive(new Chunk(part.File, part.Size, part.Offset, part.Data), _arriving);

    /// <summary>Takes a chunk; true when the file is whole with it.</summary>
    public bool Receive(Chunk chunk, Dictionary<FileId, ArrivingFile> arriving)
    {
        if (chunk.Offset == 0)
            arriving[chunk.File] = new ArrivingFile(chunk.Size);
        // The rest of what was released while it was on its way.
        if (!arriving.TryGetValue(chunk.File, out var file))
            return false;
        file.Add(chunk.Offset, chunk.Data);
        if (!file.IsWhole)
            return false;
        arriving.Remove(chunk.File);
        _files[chunk.File] = file.Bytes;
        return true;
    }

    public void Drop(FileId file)
    {
        _files.Remove(file);
        _arriving.Remove(file);
        _paths.Remove(file);
    }
}
