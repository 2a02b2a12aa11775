using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Checkers;

/// <summary>
/// Of the calls that run anywhere, no two need the same lock; at a worker they do not need more than it has; none runs at a worker that
/// was not asked for. Calls of a worker that the manager has given up while it lived do not count.
/// </summary>
internal sealed class ClaimChecker(World world) : Watcher
{
    private readonly Dictionary<string, (SimulatedWorker Worker, NodeName Task)> _holders = [];
    private readonly Dictionary<SimulatedWorker, List<NodeName>> _running = [];
    private readonly Dictionary<WorkerId, string> _instances = [];
    // What was assigned to a worker under its present number, and what under an earlier one.
    private readonly Dictionary<WorkerId, HashSet<NodeName>> _assigned = [];
    private readonly HashSet<(string Instance, NodeName Task)> _orphans = [];

    public override void OnFact(SchedulerEvent happened)
    {
        switch (happened)
        {
            case WorkerJoined e: _instances[e.Worker] = e.Hello.Instance; break;
            case WorkerLeft e: GiveUp(e.Worker); break;
        }
    }

    public override void OnIntention(SchedulerEffect effect)
    {
        if (effect is not ToWorker { Record: Assign assign } to)
            return;
        var task = CallPlan.Read(assign.Body.Span).Name;
        if (!_assigned.TryGetValue(to.Worker, out var tasks))
            _assigned.Add(to.Worker, tasks = []);
        tasks.Add(task);
        _orphans.Remove((_instances[to.Worker], task));
    }

    public override void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
        if (world.PlanOf(task).Options is not { } options || _orphans.Contains((worker.Name, task)))
            return;
        foreach (var name in options.Locks)
        {
            Require(!_holders.TryGetValue(name, out var holder), $"{task} starts at {worker} while {holder.Task} at {holder.Worker} has lock {name}", task, holder.Task);
            _holders[name] = (worker, task);
        }

        var running = RunningAt(worker);
        running.Add(task);
        foreach (var name in options.Resources.Keys)
        {
            var used = running.Sum(other => world.PlanOf(other).Options!.Resources.GetValueOrDefault(name));
            Require(used <= worker.Plan.Resources!.GetValueOrDefault(name), $"{worker} gives {used} of {name} with {task}", [.. running]);
        }

        Require(
            options.Elsewhere || options.Workers.Count == 0 || options.Workers.Contains(worker.Plan.Title), $"{task} runs at {worker}", task);
    }

    public override void OnCallEnded(SimulatedWorker worker, NodeName task) => Forget(worker, task);

    private List<NodeName> RunningAt(SimulatedWorker worker)
    {
        if (!_running.TryGetValue(worker, out var running))
            _running.Add(worker, running = []);
        return running;
    }

    private void GiveUp(WorkerId id)
    {
        if (!_assigned.Remove(id, out var tasks) || world.Workers.Find(worker => worker.Name == _instances[id]) is not { } worker)
            return;
        foreach (var task in tasks)
        {
            _orphans.Add((worker.Name, task));
            Forget(worker, task);
        }
    }

    private void Forget(SimulatedWorker worker, NodeName task)
    {
        RunningAt(worker).Remove(task);
        foreach (var name in world.PlanOf(task).Options?.Locks ?? [])
        {
            if (_holders.TryGetValue(name, out var holder) && holder == (worker, task))
                _holders.Remove(name);
        }
    }
}
