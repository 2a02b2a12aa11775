using DaskVine.Bench.Functions;
using DaskVine.Client;

namespace DaskVine.Benchmarks;

/// <summary>Graphs of tasks that do nothing.</summary>
internal static class TaskGraphs
{
    /// <summary>The one key of each that is wanted.</summary>
    public const string Total = "total";

    /// <summary>Independent tasks, and one that sums them.</summary>
    public static Graph Sum(int tasks)
    {
        var graph = new Graph();
        var keys = new object[tasks];
        for (var i = 0; i < tasks; i++)
        {
            keys[i] = $"leaf-{i}";
            graph[keys[i]] = Call.Of(Idle.Same, i);
        }

        graph[Total] = Call.Of(Idle.Sum, [keys]);
        return graph;
    }

    /// <summary>Two layers, where each task of the second reads one of the first, and one task that sums them.</summary>
    public static Graph Layers(int tasks)
    {
        var graph = new Graph();
        var keys = new object[tasks / 2];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = $"second-{i}";
            graph[$"first-{i}"] = Call.Of(Idle.Same, i);
            graph[keys[i]] = Call.Of(Idle.Same, $"first-{i}");
        }

        graph[Total] = Call.Of(Idle.Sum, [keys]);
        return graph;
    }

    /// <summary>What the sum of independent tasks is.</summary>
    public static long SumOf(int tasks) => (long)tasks * (tasks - 1) / 2;

    /// <summary>Tasks of which each needs the one before.</summary>
    public static Graph Chain(int tasks)
    {
        var graph = new Graph { ["link-0"] = Call.Of(Idle.Same, 0) };
        for (var i = 1; i < tasks; i++)
            graph[$"link-{i}"] = Call.Of(Idle.Same, $"link-{i - 1}");
        graph[Total] = Call.Of(Idle.Same, $"link-{tasks - 1}");
        return graph;
    }
}
