using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Scenarios;

/// <summary>Graphs whose traffic is measured. A byte of a value stands for <see cref="Scale"/> bytes.</summary>
internal static class Shapes
{
    public const int Scale = 1024;

    private const int MiB = 1024 * 1024 / Scale;
    private static readonly TimeSpan s_duration = TimeSpan.FromMilliseconds(20);

    /// <summary>Sources of 1 MiB, one map each, reduced by eight: the graph of the histograms, in small.</summary>
    public static GraphPlan Histograms(TimeSpan duration, int sources = 200)
    {
        var sketch = new GraphSketch(duration);
        var maps = new List<int>();
        for (var i = 0; i < sources; i++)
            maps.Add(sketch.Call(MiB, sketch.Call(MiB)));
        sketch.Reduce(MiB, 8, maps);
        return sketch.Plan();
    }

    /// <summary>A binary tree over leaves of 4 MiB.</summary>
    public static GraphPlan Tree(TimeSpan duration, int leaves = 256)
    {
        var sketch = new GraphSketch(duration);
        Subtree(sketch, leaves);
        return sketch.Plan();
    }

    /// <summary>Every source is split into a part for every reducer.</summary>
    public static GraphPlan Shuffle(TimeSpan duration, int sources = 32, int reducers = 32)
    {
        var sketch = new GraphSketch(duration);
        var parts = new List<int[]>();
        for (var i = 0; i < sources; i++)
        {
            var source = sketch.Call(8 * MiB);
            parts.Add([.. Enumerable.Range(0, reducers).Select(_ => sketch.Call(MiB / 4, source))]);
        }

        for (var reducer = 0; reducer < reducers; reducer++)
            sketch.Call(8, [.. parts.Select(part => part[reducer])]);
        return sketch.Plan();
    }

    /// <summary>Sources of 8 MiB that maps make small, in groups that are summed up one after the other.</summary>
    public static GraphPlan Wide(int groups, int pruneDepth)
    {
        var sketch = new GraphSketch(s_duration);
        var sums = new List<int>();
        for (var group = 0; group < groups; group++)
            sums.Add(sketch.Call(MiB, [.. Enumerable.Range(0, 8).Select(_ => sketch.Call(MiB, sketch.Call(8 * MiB)))]));
        sketch.Reduce(MiB, 8, sums);
        return sketch.Plan(pruneDepth: pruneDepth);
    }

    // In depth-first order, as clients send it.
    private static int Subtree(GraphSketch sketch, int leaves) =>
        leaves == 1 ? sketch.Call(4 * MiB) : sketch.Call(4 * MiB, Subtree(sketch, leaves / 2), Subtree(sketch, leaves - (leaves / 2)));
}
