using DaskVine.Protocol;

namespace DaskVine.WorkerState;

/// <summary>How a file came into the cache.</summary>
internal enum FileOrigin
{
    /// <summary>A task made it here, or it came from the manager alone: it may be the only one.</summary>
    Own,

    /// <summary>Others have it too.</summary>
    Replica,

    /// <summary>It is read where it is, and takes no room.</summary>
    Elsewhere,
}

/// <summary>A file that is in the cache or that a task waits for.</summary>
internal sealed class CachedFile
{
    // Waiting tasks that name this file, as often as they name it; empty once it is here.
    public List<HeldTask> Waiters { get; } = [];

    public bool Present { get; set; }

    /// <summary>To be deleted when nothing here uses it any more.</summary>
    public bool Released { get; set; }

    public long Size { get; set; }

    public FileOrigin Origin { get; set; }

    /// <summary>Number of the last call that was sent before it came.</summary>
    public long CallBefore { get; set; }

    /// <summary>Under which its content is kept; null when it goes with the file. Only while it is present.</summary>
    public string? Name { get; set; }

    /// <summary>How often tasks that have not ended name it.</summary>
    public int Users { get; set; }

    public int Uploads { get; set; }

    /// <summary>What it adds to the cache: not what its name accounts for, nor what is elsewhere.</summary>
    public long Counted => Present && Name is null && Origin != FileOrigin.Elsewhere ? Size : 0;

    /// <summary>Could be deleted to make room.</summary>
    public bool IsIdle => Present && Users == 0 && Uploads == 0 && Origin != FileOrigin.Elsewhere;

    /// <summary>Its place among the idle files of its kind, while it is one.</summary>
    public LinkedListNode<FileId>? Idle { get; set; }
}
