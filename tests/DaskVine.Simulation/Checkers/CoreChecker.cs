using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Checkers;

/// <summary>No worker runs more calls at once than it has cores for.</summary>
internal sealed class CoreChecker(World world) : Watcher
{
    private readonly Dictionary<SimulatedWorker, int> _running = [];

    public override void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
        var running = _running[worker] = _running.GetValueOrDefault(worker) + CoresOf(task);
        Require(running <= worker.Cores, $"{worker} with {worker.Cores} cores runs calls that take {running}, {task} the last of them", task);
    }

    public override void OnCallEnded(SimulatedWorker worker, NodeName task) => _running[worker] -= CoresOf(task);

    private int CoresOf(NodeName task) => LibraryDraw.Of(world.PlanOf(task))?.CoresPerCall ?? 1;
}
