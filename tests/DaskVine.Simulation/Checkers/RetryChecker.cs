using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Clients;

namespace DaskVine.Simulation.Checkers;

/// <summary>A task that raised is run again as often as was asked for, and then its graph fails.</summary>
internal sealed class RetryChecker(World world, TaskBook book) : Watcher
{
    // Reports that the manager took, by its task and, over all submissions, by name.
    private readonly Dictionary<TaskId, int> _raised = [];
    private readonly Dictionary<NodeName, int> _raisedEver = [];

    public override void OnFact(SchedulerEvent happened)
    {
        if (happened is not WorkerSent { Record: Failed { Failure.Kind: FailureKind.Raised } failed } sent)
            return;
        if (book.Find(failed.Task) is not { IsAssigned: true } task || task.Worker != sent.Worker || task.Attempt != failed.Attempt)
            return;
        _raised[failed.Task] = _raised.GetValueOrDefault(failed.Task) + 1;
        _raisedEver[task.Name] = _raisedEver.GetValueOrDefault(task.Name) + 1;
    }

    public override void OnIntention(SchedulerEffect effect)
    {
        if (effect is not ToWorker { Record: Assign assign } || book.Find(assign.Task) is not { } task)
            return;
        Require(_raised.GetValueOrDefault(assign.Task) <= RetriesOf(task.Name), $"{task.Name} raised too often and is assigned again", task.Name);
    }

    public override void OnGraphFailed(GraphRun run, GraphFailed failed)
    {
        var name = run.Plan.Nodes[failed.Node].Call.Name;
        Require(
            failed.Failure.Kind != FailureKind.Raised || _raisedEver.GetValueOrDefault(name) > RetriesOf(name),
            $"{name} has not raised more than {RetriesOf(name)} times and fails its graph",
            name);
    }

    private int RetriesOf(NodeName task) => world.PlanOf(task).Options?.Retries ?? 0;
}
