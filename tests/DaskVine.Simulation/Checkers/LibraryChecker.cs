using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Checkers;

/// <summary>No worker runs more calls of a library at once than that has slots there.</summary>
internal sealed class LibraryChecker(World world) : Watcher
{
    private readonly Dictionary<(SimulatedWorker Worker, string Library), int> _running = [];

    public override void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
        if (LibraryDraw.Of(world.PlanOf(task)) is not { } library)
            return;
        world.Totals.LibraryStarts++;
        var running = _running[(worker, library.Name)] = _running.GetValueOrDefault((worker, library.Name)) + 1;
        Require(
            running <= library.CallsAtOnce(worker.Cores),
            $"{worker} with {worker.Cores} cores runs {running} calls of library {library.Name} at once, {task} the last of them", task);
    }

    public override void OnCallEnded(SimulatedWorker worker, NodeName task)
    {
        if (LibraryDraw.Of(world.PlanOf(task)) is { } library)
            _running[(worker, library.Name)]--;
    }
}
