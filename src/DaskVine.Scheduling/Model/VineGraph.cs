using DaskVine.Protocol;

namespace DaskVine.Scheduling.Model;

/// <summary>A graph of a client, from its opening until its last wanted value was sent, it failed or was cancelled.</summary>
internal sealed class VineGraph(VineClient client, int number, TaskMode mode, long start)
{
    public VineClient Client { get; } = client;

    /// <summary>The client's number for it.</summary>
    public int Number { get; } = number;

    public TaskMode Mode { get; } = mode;

    /// <summary>Added to node numbers to give priorities, so that graphs that run side by side take turns.</summary>
    public long Start { get; } = start;

    /// <summary>One file per node, by node number.</summary>
    public List<VineFile> Nodes { get; } = [];

    /// <summary>Whether all nodes are known. Until then nothing is released, as consumers may still come.</summary>
    public bool Sealed { get; set; }

    public int TaskCount { get; set; }

    public int DoneCount { get; set; }

    public int AssignedCount { get; set; }

    /// <summary>How many of <see cref="Nodes"/> are wanted and not sent.</summary>
    public int WantedCount { get; set; }

    public TimeSpan NextProgress { get; set; }

    /// <summary>In the list of graphs whose client is to hear of progress.</summary>
    public bool ProgressDue { get; set; }
}

/// <summary>A client process.</summary>
internal sealed class VineClient(ClientId id)
{
    public ClientId Id { get; } = id;

    /// <summary>Open graphs by the client's number.</summary>
    public Dictionary<int, VineGraph> Graphs { get; } = [];

    /// <summary>Functions by the client's number.</summary>
    public Dictionary<int, VineFunction> Functions { get; } = [];

    /// <summary>It was told that no worker is there, and not yet that one came.</summary>
    public bool ToldToWait { get; set; }
}
