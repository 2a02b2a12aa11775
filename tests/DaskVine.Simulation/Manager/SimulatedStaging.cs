using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Manager;

/// <summary>The large files at the manager.</summary>
internal sealed class SimulatedStaging
{
    // Whole.
    private readonly Dictionary<FileId, byte[]> _files = [];

    public int Count => _files.Count;

    public byte[] this[FileId file] => _files[file];

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

    public void Drop(FileId file) => _files.Remove(file);
}
