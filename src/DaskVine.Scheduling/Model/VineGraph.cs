using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Model;

/// <summary>A graph of a client, from its opening until its last wanted value was sent, it failed or was cancelled.</summary>
internal sealed class VineGraph(VineClient client, OpenGraph open, long start)
{
    // Bounds what is counted for each file; few graphs are deeper.
    private const int MaxPruneDepth = 64;

    public VineClient Client { get; } = client;

    /// <summary>The client's number for it.</summary>
    public int Number { get; } = open.Graph;

    public TaskMode Mode { get; } = open.Mode;

    /// <summary>What the client wants to hear of its tasks.</summary>
    public GraphReports Reports { get; } = open.Reports;

    /// <summary>Every result goes to the manager, and to consumers from there.</summary>
    public bool Returns { get; } = open.Returns;

    /// <summary>Through how many levels consumers have to be done before a result may go; 0: it stays until the graph ends.</summary>
    public int PruneDepth { get; } = Math.Min(open.PruneDepth, MaxPruneDepth);

    /// <summary>Added to node numbers to give priorities, so that graphs that run side by side take turns.</summary>
    public long Start { get; } = start;

    /// <summary>One file per node, by node number.</summary>
    public List<VineFile> Nodes { get; } = [];

    /// <summary>Whether all nodes are known. Until then nothing is released, as consumers may still come.</summary>
    public bool Sealed { get; set; }

    /// <summary>What nodes may ask for, by the client's number. Each uses its demand.</summary>
    public Dictionary<int, VineTaskOptions> Options { get; } = [];

    public int TaskCount { get; set; }

    public int DoneCount { get; set; }

    public int AssignedCount { get; set; }

    /// <summary>Tasks that were done at any time.</summary>
    public int EverDone { get; set; }

    /// <summary>Results that were lost at limited workers before their use since a task was last done for the first time.</summary>
    public int Evictions { get; set; }

    /// <summary>How often tasks were done that had been done before, since a task was last done for the first time.</summary>
    public int DoneAgain { get; set; }

    /// <summary>How many of <see cref="Nodes"/> are wanted and not sent.</summary>
    public int WantedCount { get; set; }

    public TimeSpan NextProgress { get; set; }

    /// <summary>In the list of graphs whose client is to hear of progress.</summary>
    public bool ProgressDue { get; set; }

    /// <summary>Nodes that were given to a worker for the first time, in order, and not told. Empty unless <see cref="EventsDue"/>.</summary>
    public List<int> Started { get; } = [];

    /// <summary>Those that have ended for the first time, likewise.</summary>
    public List<EndedTask> Ended { get; } = [];

    /// <summary>In the list of graphs whose client is to hear of starts and ends.</summary>
    public bool EventsDue { get; set; }
}

/// <summary>A client process.</summary>
internal sealed class VineClient(ClientId id, IReadOnlyDictionary<string, string> versions)
{
    public ClientId Id { get; } = id;

    /// <summary>Of its interpreter and packages, by component.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; } = versions;

    /// <summary>Open graphs by the client's number.</summary>
    public Dictionary<int, VineGraph> Graphs { get; } = [];

    /// <summary>Functions by the client's number.</summary>
    public Dictionary<int, VineFunction> Functions { get; } = [];

    /// <summary>It was told that no worker is there, and not yet that one came.</summary>
    public bool ToldToWait { get; set; }

    /// <summary>In which ways workers' versions differ from its own, as far as it was told.</summary>
    public HashSet<string> ToldDifferences { get; } = [];
}
