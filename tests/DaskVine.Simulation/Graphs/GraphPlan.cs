using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>A graph that a client is going to submit, and what it must give.</summary>
internal sealed class GraphPlan(int client, int number, TaskMode mode, NodePlan[] nodes, int[] wanted)
{
    // Of a session: the first number of each node at the manager, and the node behind each number.
    private readonly int[] _numbers = NumbersOf(nodes);

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

    /// <summary>Of commands and files, and stays open until its client has what it wants.</summary>
    public bool IsSession => Mode == TaskMode.Command;

    /// <summary>Under which number the client submits the value of a node.</summary>
    public int NumberOf(int node) => _numbers[node];

    /// <summary>The node of a number, and whether that stands for the report about its command.</summary>
    public (int Node, bool IsReport) NodeOf(int number)
    {
        var found = Array.BinarySearch(_numbers, number);
        return found >= 0 ? (found, false) : (~found - 1, true);
    }

    public int TaskCount => Nodes.Count(node => !node.IsLiteral);

    /// <summary>The values of the wanted nodes, by plain evaluation of the graph.</summary>
    public Dictionary<int, byte[]> Evaluate()
    {
        var values = new byte[Nodes.Length][];
        for (var i = 0; i < Nodes.Length; i++)
            values[i] = ValueOf(Nodes[i], values);
        return Wanted.Distinct().ToDictionary(node => node, node => values[node]);
    }

    // A command has one for its output and one for its report.
    private static int[] NumbersOf(NodePlan[] nodes)
    {
        var numbers = new int[nodes.Length];
        for (var i = 1; i < nodes.Length; i++)
            numbers[i] = numbers[i - 1] + (nodes[i - 1].Role == NodeRole.Call ? 1 : 2);
        return numbers;
    }

    private static byte[] ValueOf(NodePlan node, byte[][] values) =>
        Values.Of(node.Call.Key, node.Inputs.Select(input => (ReadOnlyMemory<byte>)values[input]), node.Call.Size);
}
