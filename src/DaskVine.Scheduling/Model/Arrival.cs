namespace DaskVine.Scheduling.Model;

/// <summary>How an arrival stands.</summary>
internal enum ArrivalState
{
    /// <summary>In <see cref="FileSpread.Waiting"/>: for a source that has room, or for the manager to have the file.</summary>
    Waiting,

    /// <summary>In <see cref="VineWorker.Delayed"/>: its worker gets as many files as it may.</summary>
    Delayed,

    /// <summary>The worker was told to get or make it and has not answered.</summary>
    Running,

    /// <summary>Over: it has come, or is not awaited any more. Queues skip it.</summary>
    Ended,
}

/// <summary>A file on its way to a worker.</summary>
internal sealed class Arrival(VineFile file, VineWorker destination)
{
    public VineFile File { get; } = file;

    public VineWorker Destination { get; } = destination;

    /// <summary>What it counts for in <see cref="VineWorker.StoredBytes"/>.</summary>
    public long Bytes { get; } = file.Size;

    public ArrivalState State { get; set; }

    /// <summary>What the worker's answer has to name.</summary>
    public long Number { get; set; }

    /// <summary>The worker that it comes from, in whose <see cref="VineWorker.Outgoing"/> it is; null for the manager, a URL or a command.</summary>
    public VineWorker? Source { get; set; }

    /// <summary>It runs and counts among <see cref="FileSpread.FromOrigin"/>.</summary>
    public bool IsFromOrigin { get; set; }

    /// <summary>It counts among <see cref="VineWorker.Incoming"/>: what is made may wait for what is received.</summary>
    public bool IsReceived => File.Maker is null;

    /// <summary>The worker could not reach the manager's transfer server: by the link, then, or for a directory once more from there.</summary>
    public bool ByLink { get; set; }

    /// <summary>A transfer that failed may have left a part of it at its worker.</summary>
    public bool HasPart { get; set; }

    /// <summary>It is to replace the copy of this worker, whose disk is full.</summary>
    public VineWorker? Relieves { get; set; }
}
