using DaskVine.Protocol;

namespace DaskVine.Scheduling.Model;

/// <summary>The output of a task, or a value that came with a graph.</summary>
internal sealed class VineFile(FileId id, VineGraph graph, int node)
{
    public FileId Id { get; } = id;

    public VineGraph Graph { get; } = graph;

    public int Node { get; } = node;

    /// <summary>The task that makes it; null for a value of the graph.</summary>
    public VineTask? Producer { get; set; }

    /// <summary>Bytes; meaningful while available.</summary>
    public long Size { get; set; }

    /// <summary>The value, when the manager has it in memory.</summary>
    public ReadOnlyMemory<byte>? Value { get; set; }

    /// <summary>Whether the manager has it in its staging.</summary>
    public bool Staged { get; set; }

    /// <summary>All and only the workers whose <see cref="VineWorker.Files"/> contain it.</summary>
    public List<VineWorker> Holders { get; } = [];

    /// <summary>Tasks that read it, each as often as it does.</summary>
    public List<VineTask> Consumers { get; } = [];

    /// <summary>How many of <see cref="Consumers"/> are not done.</summary>
    public int PendingConsumers { get; set; }

    /// <summary>The client asked for it and has not got it.</summary>
    public bool Wanted { get; set; }

    /// <summary>The worker that was asked to send it to the manager; null when nobody was.</summary>
    public VineWorker? FetchSource { get; set; }

    /// <summary>Workers that are to get it once it is staged. Empty unless <see cref="FetchSource"/> is set.</summary>
    public List<VineWorker> Destinations { get; } = [];

    public bool AtManager => Value is not null || Staged;

    public bool IsAvailable => AtManager || Holders.Count > 0;

    public bool IsNeeded => Wanted || PendingConsumers > 0 || !Graph.Sealed;
}
