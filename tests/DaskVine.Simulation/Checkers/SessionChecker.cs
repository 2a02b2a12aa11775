using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Checkers;

/// <summary>
/// Of a session a command fails, and a file does not come, only where that was drawn for what it is made of, or where the workers of one of
/// those crashed too often; and it does where it was drawn.
/// </summary>
internal sealed class SessionChecker(World world, TaskBook book) : Watcher
{
    private const int DeathsUntilGivenUp = 3;

    public override void OnReport(GraphRun run, int node, CommandReport report)
    {
        var name = run.Plan.Nodes[node].Call.Name;
        if (report.Result == CommandResult.Success)
            Require(!MustFail(run, node), $"{name} succeeded, though what it is made of fails", name);
        else
            Require(MayFail(run, node), $"{name} reports {report.Result}: {report.Reason}", name);
    }

    public override void OnMissing(GraphRun run, int node, GraphFailed failed)
    {
        var name = run.Plan.Nodes[node].Call.Name;
        Require(MayFail(run, node), $"{name} does not come: {failed.Failure.Kind}: {failed.Failure.Message}", name);
    }

    public override void OnResult(GraphRun run, int node, byte[] value)
    {
        if (run.Plan.IsSession)
            Require(!MustFail(run, node), $"{run.Plan.Nodes[node].Call.Name} comes, though what it is made of fails", run.Plan.Nodes[node].Call.Name);
    }

    // A disk that is too small for what goes on there may cost any of them.
    private bool MayFail(GraphRun run, int node) => world.Options.Disk > 0 || AnyOf(run, node, plan => DrawnToFail(plan) || GivenUp(plan));

    private static bool MustFail(GraphRun run, int node) => AnyOf(run, node, plan => plan.Role != NodeRole.Call && plan.Call.FailsAsCommand);

    private static bool DrawnToFail(NodePlan plan) => plan.Call.Outcome != Outcome.Value || LibraryDraw.IsBroken(LibraryDraw.Of(plan));

    private bool GivenUp(NodePlan plan) => book.DeathsOf(plan.Call.Name) >= (plan.Options?.Retries > 0 ? 1 : DeathsUntilGivenUp);

    private static bool AnyOf(GraphRun run, int node, Func<NodePlan, bool> holds)
    {
        var seen = new HashSet<int>();
        var left = new Stack<int>([node]);
        while (left.TryPop(out var next))
        {
            if (!seen.Add(next))
                continue;
            if (holds(run.Plan.Nodes[next]))
                return true;
            foreach (var input in run.Plan.Nodes[next].Inputs)
                left.Push(input);
        }

        return false;
    }
}
