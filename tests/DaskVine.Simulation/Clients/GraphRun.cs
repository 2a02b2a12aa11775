using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Clients;

internal enum GraphRunState
{
    Waiting,
    Submitting,
    Submitted,
    Done,
    Failed,
    Cancelled,
    Abandoned,
}

/// <summary>A graph at its client. It is submitted again, under a new number, when the client's link had to be made anew.</summary>
internal sealed class GraphRun(GraphPlan plan)
{
    public GraphPlan Plan { get; } = plan;

    public GraphRunState State { get; set; }

    public bool HasEnded => State >= GraphRunState.Done;

    /// <summary>Under which it is open now.</summary>
    public int Number { get; set; }

    /// <summary>Nodes of which the whole value came since the last submission.</summary>
    public HashSet<int> Received { get; } = [];

    /// <summary>Of a session: wanted nodes whose value will not come.</summary>
    public HashSet<int> Missing { get; } = [];

    /// <summary>Of a session: wanted nodes about whose commands the report came.</summary>
    public HashSet<int> Reported { get; } = [];

    /// <summary>Nodes whose tasks have started, as the client was told since the last submission.</summary>
    public HashSet<int> Started { get; } = [];

    /// <summary>Those that have ended.</summary>
    public HashSet<int> Ended { get; } = [];

    /// <summary>Values of which a part came.</summary>
    public Dictionary<int, ArrivingFile> Arriving { get; } = [];
}
