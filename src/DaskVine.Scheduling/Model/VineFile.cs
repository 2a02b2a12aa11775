using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Model;

/// <summary>The output of a task, a value that came with a graph, or a file that a client has declared.</summary>
internal sealed class VineFile(FileId id, VineGraph graph, int node)
{
    private FileSpread? _spread;

    public FileId Id { get; } = id;

    public VineGraph Graph { get; } = graph;

    public int Node { get; } = node;

    /// <summary>The task that makes it; null for a value of the graph, and for what a client has declared.</summary>
    public VineTask? Producer { get; set; }

    /// <summary>The command that makes it at every worker that needs it; it is never run for itself.</summary>
    public VineTask? Maker { get; set; }

    /// <summary>What the client said of it; null for values and for outputs of function calls.</summary>
    public DeclaredFile? Declared { get; set; }

    /// <summary>Bytes; meaningful while available.</summary>
    public long Size { get; set; }

    /// <summary>The value, when the manager has it in memory.</summary>
    public ReadOnlyMemory<byte>? Value { get; set; }

    /// <summary>Whether the manager has it in its staging, or can read it where the client said.</summary>
    public bool Staged { get; set; }

    /// <summary>What is staged is the archive of a directory: clients get the archive, workers the directory.</summary>
    public bool IsArchive { get; set; }

    /// <summary>Its producer has ended without making it.</summary>
    public bool NotMade { get; set; }

    /// <summary>All and only the workers whose <see cref="VineWorker.Files"/> contain it: the latest last.</summary>
    public List<VineWorker> Holders { get; } = [];

    /// <summary>How it gets to workers; made when it is first asked for.</summary>
    public FileSpread Spread => _spread ??= new FileSpread();

    /// <summary>Whether it has, or had, to get to a worker.</summary>
    public bool IsSpread => _spread is not null;

    /// <summary>Those of <see cref="Spread"/>.</summary>
    public IReadOnlyList<Arrival> Arrivals => (IReadOnlyList<Arrival>?)_spread?.Arrivals ?? [];

    /// <summary>Tasks that read it, each as often as it does.</summary>
    public List<VineTask> Consumers { get; } = [];

    /// <summary>How many of <see cref="Consumers"/> are not done.</summary>
    public int PendingConsumers { get; set; }

    /// <summary>How many of <see cref="Consumers"/> are over.</summary>
    public int OverConsumers { get; set; }

    /// <summary>How many of <see cref="Consumers"/> are done with all that follows within as many levels as the index says; null while nobody asks.</summary>
    public int[]? Settled { get; set; }

    /// <summary>Files that commands make from it, at any time while the graph is open; null for none.</summary>
    public List<VineFile>? MadeFromIt { get; set; }

    /// <summary>The client asked for it and has not got it.</summary>
    public bool Wanted { get; set; }

    /// <summary>The client will not name it again.</summary>
    public bool Forgotten { get; set; }

    /// <summary>The worker that was asked to send it to the manager; null when nobody was.</summary>
    public VineWorker? FetchSource { get; set; }

    /// <summary>In the queue of files that should have more replicas.</summary>
    public bool ReplicationDue { get; set; }

    public bool AtManager => Value is not null || Staged;

    /// <summary>Workers can have it without any other having it.</summary>
    public bool HasOrigin => Value is not null || Staged || Maker is not null || Declared is { Kind: FileKind.Url or FileKind.Shared };

    /// <summary>Tasks that read it can run.</summary>
    public bool IsAvailable => HasOrigin || (Holders.Count > 0 && !Graph.Returns);

    /// <summary>It is not available, and nothing that is under way will change that.</summary>
    public bool NeverComes => !IsAvailable && (NotMade || Producer is { IsOver: true } || (Producer is null && (Forgotten || Declared is not { Kind: FileKind.Data })));

    /// <summary>Somebody waits for it or will.</summary>
    public bool IsDemanded => Wanted || PendingConsumers > 0 || MadeFromIt?.Exists(made => made is { Wanted: true, AtManager: false }) == true;

    public bool IsNeeded => IsDemanded || MadeFromIt is not null || (!Forgotten && (!Graph.Sealed || Graph.PruneDepth == 0 || HasUnsettledConsumers));

    /// <summary>Nobody asks for it any more, nor for what was made from it.</summary>
    public bool IsLetGo => Forgotten && !Wanted && MadeFromIt is null && OverConsumers == Consumers.Count;

    /// <summary>It is a value: of the graph, or what a function returned. Else it is bytes that mean something to their reader only.</summary>
    public bool IsValue => Declared is null && Producer is not { Mode: TaskMode.Command };

    /// <summary>Workers may get it from each other.</summary>
    public bool IsShared => Declared is not { Shared: false } && !Graph.Returns;

    public string Name => Declared?.Name ?? "";

    public CacheLevel Level => Declared?.Level ?? CacheLevel.Workflow;

    private bool HasUnsettledConsumers => Settled is { } settled && settled[^1] < Consumers.Count;
}
