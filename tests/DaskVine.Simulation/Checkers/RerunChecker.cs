using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Checkers;

/// <summary>
/// A task that has finished runs again only after files of its graph were lost, and not while anybody has its own; without faults none
/// starts twice.
/// </summary>
internal sealed class RerunChecker(TaskBook book, ReplicaBook replicas, Totals totals, bool faultless, Func<NodeName, bool>? mayBeTaken = null) : Watcher
{
    private readonly HashSet<NodeName> _started = [];

    public override void OnIntention(SchedulerEffect effect)
    {
        if (effect is not ToWorker { Record: Assign assign } || book.Find(assign.Task) is not { IsFinished: true } task)
            return;
        totals.Redone++;
        // From a disk that is nearly full the manager may have taken it, and a client may prune what is in its session.
        Require(mayBeTaken?.Invoke(task.Name) == true || book.LostFilesSince(task), $"{task.Name} had finished and is assigned again, though nothing was lost", task.Name);
        Require(!replicas.IsThere(task.Output), $"{task.Name} is assigned again, though its file is there", task.Name);
    }

    public override void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
        totals.Starts++;
        if (_started.Add(task))
            return;
        totals.Restarts++;
        Require(!faultless || mayBeTaken?.Invoke(task) == true, $"{task} starts twice in a world without faults", task);
    }
}
