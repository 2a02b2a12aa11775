using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling;

/// <summary>Limits and targets of the scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Values up to this many bytes ride inside assignments; larger ones go to a worker once, as files.</summary>
    public int InlineBytes { get; init; } = 4096;

    /// <summary>Values up to this many bytes go to each worker from the manager; larger ones spread among the workers.</summary>
    public int DirectBytes { get; init; } = 64 << 10;

    /// <summary>The manager's own transfer server; null when all that it sends goes by the link, which no directory can.</summary>
    public PeerEndpoint? Peer { get; init; }

    /// <summary>Whether workers get files from each other at first; a client can change it.</summary>
    public bool PeerTransfers { get; init; } = true;

    /// <summary>How many workers hold each result that stays with them at first; a client can change it.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Tasks go to any worker with room, wherever their inputs are, at first; a client can change it. To measure against.</summary>
    public bool AnyWorker { get; init; }

    /// <summary>What a worker gets from another in a microsecond while nothing was measured, in bytes.</summary>
    public long BytesPerUs { get; init; } = 500;

    /// <summary>Files up to this many bytes are given to two at a time: for them it is latency that counts.</summary>
    public long SmallFileBytes { get; init; } = 4 << 20;

    /// <summary>Expected bytes of a result of a function that has not run yet.</summary>
    public long UnknownResultBytes { get; init; } = 512 << 10;

    /// <summary>What it takes to get a file that is linked or small, in microseconds.</summary>
    public long TransferUs { get; init; } = 500;

    /// <summary>Work that a core of a worker may have waiting, in microseconds of expected duration: several times a round trip.</summary>
    public long BacklogUs { get; init; } = 20_000;

    /// <summary>Tasks that a core of a worker may have in flight, however short they are.</summary>
    public int BacklogTasks { get; init; } = 512;

    /// <summary>Expected duration of a function that has not run yet, in microseconds.</summary>
    public long UnknownDurationUs { get; init; } = 1_000;

    /// <summary>How often a task may be running on a worker that dies before it is given up.</summary>
    public int CrashLimit { get; init; } = 3;

    /// <summary>How long a worker may complete nothing before its waiting tasks are offered to idle ones.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the processes of a worker that left may take to end.</summary>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a client hears of progress.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long there may be no worker, or none that fits, before clients are told what is waited for.</summary>
    public TimeSpan NoWorkersNoticeTime { get; init; } = TimeSpan.FromSeconds(1);
}
