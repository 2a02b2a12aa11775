using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Checkers;

/// <summary>A graph fails only with a failure that was drawn for one of its tasks or for its library, or after a task's third death.</summary>
internal sealed class FailureChecker(TaskBook book, bool hasLimitedDisks = false) : Watcher
{
    private const int DeathsUntilGivenUp = 3;

    public override void OnGraphFailed(GraphRun run, GraphFailed failed)
    {
        var plan = run.Plan.Nodes[failed.Node].Call;
        var deaths = book.DeathsOf(plan.Name);
        var justified = failed.Failure.Kind switch
        {
            FailureKind.Raised => plan.Outcome is Outcome.Raises or Outcome.RaisesAtFirst,
            FailureKind.Died => plan.Outcome == Outcome.EndsProcess,
            FailureKind.Lost => deaths >= DeathsUntilGivenUp || hasLimitedDisks,
            FailureKind.Unloadable => hasLimitedDisks && failed.Failure.Message.Contains("--disk", StringComparison.Ordinal),
            FailureKind.Library => LibraryDraw.IsBroken(LibraryDraw.Of(run.Plan.Nodes[failed.Node])),
            _ => false,
        };
        Require(!run.HasEnded, $"graph of {plan.Name} fails after it was {run.State}", plan.Name);
        Require(
            justified,
            $"{plan.Name} ({plan.Outcome}, {deaths} deaths) failed: {failed.Failure.Kind}: {failed.Failure.Message}",
            plan.Name);
    }
}
