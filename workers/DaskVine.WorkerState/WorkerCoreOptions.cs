namespace DaskVine.WorkerState;

/// <summary>What a worker's decisions depend on besides events.</summary>
public sealed record WorkerCoreOptions
{
    /// <summary>Slots: tasks that run at once.</summary>
    public required int Cores { get; init; }

    /// <summary>Bytes that the cache may hold; 0 for no limit.</summary>
    public long Disk { get; init; }

    /// <summary>Bytes that the tasks that run may use together, as far as that is known before; 0 for no limit.</summary>
    public long Memory { get; init; }

    /// <summary>A call that may use more memory than this is never sent ahead.</summary>
    public long AheadBytes { get; init; } = 16L << 20;

    /// <summary>Calls sent ahead to one child should last about this long together.</summary>
    public TimeSpan AheadDuration { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>A call of a function with a longer mean is never sent ahead.</summary>
    public TimeSpan AheadMean { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Calls that one child may have at once.</summary>
    public int AheadCalls { get; init; } = 128;

    /// <summary>A cancelled call that has run for longer than this is ended by killing its child.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Delay before the second restart in a row of a process that gets nothing done; doubles from there.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The delay grows no further than this.</summary>
    public TimeSpan RestartDelayLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Commands that make files beside the slots.</summary>
    public int MakersAtOnce { get; init; } = 2;

    /// <summary>A task that was running in this many processes killed by a signal is given up.</summary>
    public int CrashLimit { get; init; } = 3;

    /// <summary>Libraries beside the worker's own that there may be, unless more are busy.</summary>
    public int MostLibraries { get; init; } = 16;

    /// <summary>A function with as much code is had by children from their library, as one that takes as long to load.</summary>
    public long HeavyBytes { get; init; } = 64 << 10;

    /// <inheritdoc cref="HeavyBytes"/>
    public TimeSpan HeavyDuration { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A call whose library ended so often while it ran is given up.</summary>
    public int LibraryEndLimit { get; init; } = 5;

    /// <summary>After this many library processes in a row that never came up, function calls fail.</summary>
    public int LibraryFailureLimit { get; init; } = 5;
}
