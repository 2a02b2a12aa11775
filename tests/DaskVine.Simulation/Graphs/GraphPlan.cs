using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>A graph that a client is going to submit, and what it must give.</summary>
internal sealed class GraphPlan(int client, int number, TaskMode mode, NodePlan[] nodes, int[] wanted)
{
    public int Client { get; } = client;

    public int Number { get; } = number;

    public TaskMode Mode { get; } = mode;

    public NodePlan[] Nodes { get; } = nodes;

    public int[] Wanted { get; } = wanted;

    /// <summary>What is asked for some tasks, without the number that the client gives to the graph.</summary>
    public IReadOnlyList<TaskOptions> Options { get; init; } = [];

    public GraphReports Reports { get; init; }

    public int PruneDepth { get; init; } = 1;

    public bool Returns { get; init; }

    /// <summary>When the client submits it.</summary>
    public TimeSpan SubmitAt { get; init; }

    /// <summary>Nodes in one record.</summary>
    public int NodesAtOnce { get; init; } = 1000;

    /// <summary>How long after its first record the client cancels it; null for never.</summary>
    public TimeSpan? CancelAfter { get; init; }

    public int TaskCount => Nodes.Count(node => !node.IsLiteral);

    /// <summary>The values of the wanted nodes, by plain evaluation of the graph.</summary>
    public Dictionary<int, byte[]> Evaluate()
    {
        var values = new byte[Nodes.Length][];
        for (var i = 0; i < Nodes.Length; i++)
            values[i] = ValueOf(Nodes[i], values);
        return Wanted.Distinct().ToDictionary(node => node, node => values[node]);
    }

    private static byte[] ValueOf(NodePlan node, byte[][] values) =>
        Values.Of(node.Call.Key, node.Inputs.Select(input => (ReadOnlyMemory<byte>)values[input]), node.Call.Size);
}
