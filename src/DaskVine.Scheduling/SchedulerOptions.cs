namespace DaskVine.Scheduling;

/// <summary>Limits and targets of the scheduler.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Values up to this many bytes ride inside assignments; larger ones go to a worker once, as files.</summary>
    public int InlineBytes { get; init; } = 4096;

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
