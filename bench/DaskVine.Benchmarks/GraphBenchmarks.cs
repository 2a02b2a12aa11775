using BenchmarkDotNet.Attributes;
using DaskVine.Client;

namespace DaskVine.Benchmarks;

/// <summary>
/// What the client does with a graph of 100,000 tasks, without a manager. Beside it stands what numbering its keys takes alone: a dictionary
/// into which each key goes once, and in which each is looked up once.
/// </summary>
public class GraphBenchmarks
{
    private const int Tasks = 100_000;

    private readonly Graph _sum = TaskGraphs.Sum(Tasks);
    private readonly Graph _layers = TaskGraphs.Layers(Tasks);
    private readonly Graph _chain = TaskGraphs.Chain(Tasks);

    /// <summary>The limit.</summary>
    [Benchmark]
    public long NumberKeys()
    {
        var numbers = new Dictionary<object, int>();
        foreach (var (key, _) in _sum)
            numbers.Add(key, numbers.Count);
        return _sum.Sum(task => (long)numbers[task.Key]);
    }

    /// <summary>Making the graph of independent tasks, as user code does.</summary>
    [Benchmark]
    public int BuildSum() => TaskGraphs.Sum(_sum.Count - 1).Count;

    /// <summary>Numbering the tasks that are needed, dependencies first.</summary>
    [Benchmark]
    public int ResolveSum() => Resolve(_sum).Nodes.Count;

    /// <summary>That, and the nodes as the manager takes them.</summary>
    [Benchmark]
    public long ResolveAndEncodeSum() => Encode(Resolve(_sum));

    /// <summary>The same of two layers.</summary>
    [Benchmark]
    public long ResolveAndEncodeLayers() => Encode(Resolve(_layers));

    /// <summary>The first of a chain, the longest way there is.</summary>
    [Benchmark]
    public int ResolveChain() => Resolve(_chain).Nodes.Count;

    /// <summary>Both of a chain.</summary>
    [Benchmark]
    public long ResolveAndEncodeChain() => Encode(Resolve(_chain));

    private static Plan Resolve(Graph graph) => Plan.Make(graph, [TaskGraphs.Total]);

    private static long Encode(Plan plan)
    {
        var functions = new Dictionary<RemoteFunction, int>();
        var encoder = new NodeEncoder(plan, function => functions.TryGetValue(function, out var number) ? number : functions[function] = functions.Count);
        var bytes = 0L;
        for (var i = 0; i < plan.Nodes.Count; i++)
            bytes += encoder.Encode(plan.Nodes[i], PlannedNode.Text(plan.Nodes[i].Key, i)).Body.Length;
        return bytes;
    }
}
