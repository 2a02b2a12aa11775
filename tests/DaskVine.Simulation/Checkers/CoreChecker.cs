using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Checkers;

/// <summary>No worker runs more calls at once than it has cores.</summary>
internal sealed class CoreChecker : Watcher
{
    private readonly Dictionary<SimulatedWorker, int> _running = [];

    public override void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
        var running = _running[worker] = _running.GetValueOrDefault(worker) + 1;
        Require(running <= worker.Cores, $"{worker} with {worker.Cores} cores runs {running} calls at once, {task} the last of them", task);
    }

    public override void OnCallEnded(SimulatedWorker worker, NodeName task) => _running[worker]--;
}
