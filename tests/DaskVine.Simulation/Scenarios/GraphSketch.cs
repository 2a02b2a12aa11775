using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Scenarios;

/// <summary>A graph that is written down node by node. Sizes are in bytes of values, before they are scaled.</summary>
internal sealed class GraphSketch(TimeSpan duration)
{
    private readonly List<NodePlan> _nodes = [];
    private readonly List<TaskOptions> _options = [];

    /// <summary>A call; returns its node.</summary>
    public int Call(int size, params int[] inputs) => Add(new NodePlan(Plan(size), [0], inputs));

    /// <summary>A call that takes what its worker has once.</summary>
    public int CallOncePerWorker(string resource, params int[] inputs)
    {
        if (_options.Count == 0)
            _options.Add(new TaskOptions(0, 1, 0, 0, [], false, new Dictionary<string, long> { [resource] = 1_000 }, []));
        return Add(new NodePlan(Plan(8), [0], inputs, _options[0]));
    }

    public int Declare(FileKind kind, int size) => Add(new NodePlan(Plan(size), null, []) { Declared = kind });

    /// <summary>A result that stands for all of some.</summary>
    public int Reduce(int size, int fanIn, IReadOnlyList<int> nodes)
    {
        while (nodes.Count > 1)
            nodes = [.. nodes.Chunk(fanIn).Select(some => Call(size, some))];
        return nodes[0];
    }

    public GraphPlan Plan(int[]? wanted = null, int pruneDepth = 1)
    {
        var read = _nodes.SelectMany(node => node.Inputs).ToHashSet();
        return new GraphPlan(0, 0, TaskMode.FunctionCalls, [.. _nodes], wanted ?? [.. Enumerable.Range(0, _nodes.Count).Where(node => !read.Contains(node))])
        {
            Options = _options,
            PruneDepth = pruneDepth,
            SubmitAt = TimeSpan.FromSeconds(1),
        };
    }

    private CallPlan Plan(int size) => new(new NodeName(0, 0, _nodes.Count), (ulong)_nodes.Count + 1, duration, size, Outcome.Value);

    private int Add(NodePlan node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }
}
