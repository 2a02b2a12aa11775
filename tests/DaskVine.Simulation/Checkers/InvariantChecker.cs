using DaskVine.Scheduling;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Checkers;

/// <summary>The invariants of both cores hold between their steps.</summary>
internal sealed class InvariantChecker(int every) : Watcher
{
    private long _steps;

    public override void OnDecided(Scheduler scheduler)
    {
        if (++_steps % every == 0)
            scheduler.CheckInvariants();
    }

    public override void OnDecided(WorkerCore core)
    {
        if (++_steps % every == 0)
            core.CheckInvariants();
    }
}
