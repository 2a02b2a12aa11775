using DaskVine.Protocol.Links;

namespace DaskVine.Simulation;

/// <summary>A breakage that is put in on purpose, to see that a checker finds it.</summary>
public enum Sabotage
{
    None,

    /// <summary>One child computes a wrong value.</summary>
    WrongValue,

    /// <summary>The manager forgets one completion that was acknowledged.</summary>
    LostCompletion,

    /// <summary>The manager tells a client one result twice.</summary>
    ResultTwice,

    /// <summary>One worker does not delete what it should.</summary>
    KeptFile,

    /// <summary>A child runs two calls at once.</summary>
    TwoCallsAtOnce,

    /// <summary>The manager does not tell a worker to release a file.</summary>
    DroppedRelease,

    /// <summary>No client says which locks its tasks need.</summary>
    DroppedLocks,

    /// <summary>Clients describe libraries as if they had more slots.</summary>
    MoreSlots,
}

/// <summary>How the nodes of a graph depend on each other.</summary>
public enum GraphShape
{
    Independent,
    Chain,
    Reduction,
    Diamonds,
    Layers,
    Broadcast,
    Random,
}

/// <summary>Everything that a simulated world depends on. What is not set is drawn from the seed: see <see cref="WorldDraw"/>.</summary>
public sealed record SimulationOptions
{
    public required ulong Seed { get; init; }

    public int Workers { get; init; } = 3;

    public int CoresMax { get; init; } = 4;

    public int Clients { get; init; } = 1;

    public int GraphsPerClient { get; init; } = 1;

    public int TasksPerGraph { get; init; } = 100;

    /// <summary>Null: drawn for each graph.</summary>
    public GraphShape? Shape { get; init; }

    public TimeSpan TaskDuration { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>From 0, all tasks alike, to 1, a hundredth to a hundred times as long.</summary>
    public double DurationSpread { get; init; } = 0.3;

    public double LargeOutputs { get; init; }

    public int LargeBytesMax { get; init; } = 50_000;

    /// <summary>For how many bytes each byte of a value stands, so that large ones need no memory.</summary>
    public int ByteScale { get; init; } = 1;

    public int ChunkBytes { get; init; } = 1 << 14;

    public int InlineLimit { get; init; } = 4096;

    /// <summary>Of links with workers. Those with clients have no heartbeats, so they can stop when it is small.</summary>
    public long Credit { get; init; } = Link.DefaultCredit;

    public long ClientCredit { get; init; } = Link.DefaultCredit;

    public TimeSpan Delay { get; init; } = TimeSpan.FromMicroseconds(100);

    public TimeSpan DelayJitter { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Each way, of each worker and of the manager; in bytes a second.</summary>
    public double Bandwidth { get; init; } = 1.25e9;

    /// <summary>Of the file system that all workers share, and of the web, together for all who read.</summary>
    public double SharedBandwidth { get; init; } = 12.5e9;

    /// <summary>Workers that have a host in common, and link each other's files.</summary>
    public int WorkersPerHost { get; init; } = 1;

    /// <summary>Probability per worker to give no files to others.</summary>
    public double Peerless { get; init; }

    /// <summary>Whether the manager has a transfer server; else all that it gives goes by the link.</summary>
    public bool ManagerServes { get; init; }

    /// <summary>Of a worker's cache, in bytes; 0 for none. Those who ask for nothing get it from the draw.</summary>
    public long Disk { get; init; }

    public int Replicas { get; init; } = 1;

    /// <summary>Places tasks wherever there is room, to compare with.</summary>
    public bool AnyWorker { get; init; }

    /// <summary>Of every graph; null: drawn for each that <see cref="VariedGraphs"/> says.</summary>
    public int? PruneDepth { get; init; }

    /// <summary>Graphs with a drawn prune depth, checkpoints, or results that are returned, among all.</summary>
    public double VariedGraphs { get; init; }

    /// <summary>Files that clients declare, among the nodes that have no inputs.</summary>
    public double DeclaredFiles { get; init; }

    /// <summary>Graphs of commands and files that stay open, among all.</summary>
    public double Sessions { get; init; }

    /// <summary>Files of sessions that are made wherever they are read, among all that are made.</summary>
    public double Makers { get; init; }

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Graphs of tasks mode among all.</summary>
    public double TasksMode { get; init; }

    /// <summary>Clients submit within this time.</summary>
    public TimeSpan Arrival { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>No fault is injected later than this.</summary>
    public TimeSpan FaultsEnd { get; init; }

    /// <summary>Mean times between faults of a kind; null for never.</summary>
    public TimeSpan? WorkerDeaths { get; init; }

    public TimeSpan? WorkerGoodbyes { get; init; }

    public TimeSpan? LibraryDeaths { get; init; }

    public TimeSpan? LinkResets { get; init; }

    public TimeSpan? DoorBreaks { get; init; }

    public TimeSpan? Gaps { get; init; }

    public TimeSpan? Partitions { get; init; }

    /// <summary>One transfer between two processes breaks off.</summary>
    public TimeSpan? BrokenTransfers { get; init; }

    /// <summary>A file of a worker's cache is deleted or cut off, and the worker does not know.</summary>
    public TimeSpan? DamagedFiles { get; init; }

    public TimeSpan? ClientResets { get; init; }

    public TimeSpan? ClientDeaths { get; init; }

    /// <summary>Probabilities per call or upload.</summary>
    public double ChildDeaths { get; init; }

    /// <summary>Probability per transfer that what comes is not what was sent.</summary>
    public double CorruptTransfers { get; init; }

    /// <summary>Probability per source and destination that one cannot be reached from the other.</summary>
    public double ClosedPairs { get; init; }

    public double UnreadableFiles { get; init; }

    /// <summary>Probabilities per task: it raises, ends its process, kills it by a signal, takes its worker with it.</summary>
    public double Failures { get; init; }

    /// <summary>Probability per graph.</summary>
    public double Cancellations { get; init; }

    /// <summary>Probability per worker to be fifty times as slow.</summary>
    public double SlowWorkers { get; init; }

    /// <summary>Graphs that ask for priorities, retries, workers, resources and locks, and hear of their tasks, among all.</summary>
    public double AskingGraphs { get; init; }

    /// <summary>Graphs of which some calls are run by libraries, among all.</summary>
    public double Libraries { get; init; }

    /// <summary>Libraries beside its own that a worker may have while they idle.</summary>
    public int MostLibraries { get; init; } = 16;

    /// <summary>How long the process of a library takes to be set up, about.</summary>
    public TimeSpan SetupTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Invariants of the cores are checked after every so many steps of theirs.</summary>
    public int CheckEvery { get; init; } = 1;

    public Sabotage Sabotage { get; init; }
}
