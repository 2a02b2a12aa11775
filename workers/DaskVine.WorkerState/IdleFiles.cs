using DaskVine.Protocol;

namespace DaskVine.WorkerState;

/// <summary>The files that could be deleted to make room: replicas first, and each kind in order of its last use.</summary>
internal sealed class IdleFiles
{
    private readonly LinkedList<FileId> _replicas = [];
    private readonly LinkedList<FileId> _own = [];

    public int Count => _replicas.Count + _own.Count;

    /// <summary>Takes a file in or out, as its state says.</summary>
    public void Note(FileId id, CachedFile file)
    {
        if (file.IsIdle == (file.Idle is not null))
            return;
        if (file.Idle is { } node)
        {
            node.List!.Remove(node);
            file.Idle = null;
        }
        else
            file.Idle = (file.Origin == FileOrigin.Replica ? _replicas : _own).AddLast(id);
    }

    /// <summary>The one to delete first, other than <paramref name="but"/>.</summary>
    public FileId? First(FileId? but) => First(_replicas, but) ?? First(_own, but);

    public void Clear()
    {
        _replicas.Clear();
        _own.Clear();
    }

    private static FileId? First(LinkedList<FileId> files, FileId? but) =>
        (files.First?.Value == but ? files.First?.Next : files.First)?.Value;
}
