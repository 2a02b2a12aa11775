namespace DaskVine.Scheduling;

/// <summary>What clients can set by TaskVine's names for it. The values hold for the manager, whoever set them last.</summary>
internal sealed class Tuning(SchedulerOptions options)
{
    private const int Thousandths = 1000;

    // In thousandths of a second. Below it a pair that never reaches each other would try and try.
    private const int ShortestTransientError = 1000;

    /// <summary>Whether workers get files from each other.</summary>
    public bool PeerTransfers { get; private set; } = options.PeerTransfers;

    /// <summary>Arrivals that one worker may be the source of at once.</summary>
    public int OutgoingLimit { get; private set; } = 10;

    /// <summary>Arrivals that one worker may be the destination of at once.</summary>
    public int IncomingLimit { get; private set; } = 16;

    /// <summary>Workers that may read one URL at once.</summary>
    public int UrlReaders { get; private set; } = 1;

    /// <summary>How many workers are to hold each result that stays with them.</summary>
    public int Replicas { get; private set; } = options.Replicas;

    /// <summary>Replications that may be started in one step.</summary>
    public int ReplicasPerStep { get; private set; } = 10;

    /// <summary>A lost result is made again at once, though nobody waits for it yet.</summary>
    public bool ImmediateRecovery { get; private set; }

    /// <summary>Replicas beyond the wanted number go as soon as there are any, not only from disks that are nearly full.</summary>
    public bool CleanRedundant { get; private set; }

    /// <summary>What is on a nearly full disk goes to one that is not.</summary>
    public bool ShiftDiskLoad { get; private set; }

    /// <summary>How long a source that could not be reached is not tried again by the same worker.</summary>
    public TimeSpan TransientErrorTime { get; private set; } = TimeSpan.FromSeconds(15);

    /// <summary>No task starts while fewer workers than this are there.</summary>
    public int WaitForWorkers { get; private set; }

    /// <summary>Tasks go to any worker with room, wherever their inputs are.</summary>
    public bool AnyWorker { get; private set; } = options.AnyWorker;

    /// <summary>Sets a parameter.</summary>
    /// <param name="name">As TaskVine has it.</param>
    /// <param name="value">In thousandths; below zero counts as zero.</param>
    /// <returns>Whether there is such a parameter.</returns>
    public bool Set(string name, long value)
    {
        var whole = (int)Math.Clamp(value / Thousandths, 0, int.MaxValue);
        switch (name)
        {
            case "peer-transfers": PeerTransfers = whole > 0; break;
            case "worker-source-max-transfers": OutgoingLimit = Math.Max(1, whole); break;
            case "worker-destination-max-transfers": IncomingLimit = Math.Max(1, whole); break;
            case "file-source-max-transfers": UrlReaders = Math.Max(1, whole); break;
            case "temp-replica-count": Replicas = Math.Max(1, whole); break;
            case "transfer-replica-per-cycle": ReplicasPerStep = Math.Max(1, whole); break;
            case "immediate-recovery": ImmediateRecovery = whole > 0; break;
            case "clean-redundant-replicas": CleanRedundant = whole > 0; break;
            case "shift-disk-load": ShiftDiskLoad = whole > 0; break;
            case "transient-error-interval": TransientErrorTime = TimeSpan.FromMilliseconds(Math.Max(ShortestTransientError, value)); break;
            case "wait-for-workers": WaitForWorkers = whole; break;
            case "any-worker": AnyWorker = whole > 0; break;
            default: return false;
        }

        return true;
    }
}
