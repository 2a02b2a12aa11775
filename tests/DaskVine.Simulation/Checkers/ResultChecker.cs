using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Checkers;

/// <summary>Every wanted value arrives at its client, once, with the bytes that plain evaluation gives; nothing else does.</summary>
internal sealed class ResultChecker(Totals totals) : Watcher
{
    private readonly Dictionary<GraphPlan, Dictionary<int, byte[]>> _expected = [];

    public override void OnResult(GraphRun run, int node, byte[] value)
    {
        totals.Results++;
        if (!_expected.TryGetValue(run.Plan, out var values))
            _expected.Add(run.Plan, values = run.Plan.Evaluate());
        var name = new NodeName(run.Plan.Client, run.Plan.Number, node);
        Require(!run.HasEnded, $"{name} arrives and its graph is {run.State}", name);
        Require(values.TryGetValue(node, out var expected), $"{name} arrives and nobody asked for it", name);
        Require(value.AsSpan().SequenceEqual(expected), $"{name} has wrong bytes: {value.Length}, expected {expected!.Length}", name);
    }

    public override void OnEnd(World world)
    {
        foreach (var run in world.Clients.SelectMany(client => client.Runs).Where(run => run.State == GraphRunState.Done))
        {
            Require(
                run.Missing.Union(run.Received).ToHashSet().SetEquals(run.Plan.Wanted),
                $"graph c{run.Plan.Client}/g{run.Plan.Number} ended without all that was wanted");
        }
    }
}
