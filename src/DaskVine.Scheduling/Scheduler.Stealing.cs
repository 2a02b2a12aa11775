using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Workers give back what they have not started, when others have nothing to do.</summary>
public sealed partial class Scheduler
{
    private const int VictimsLookedAt = 16;
    private const int StolenAtOnce = 64;

    // All and only the libraries of which calls wait for slots at a worker.
    private readonly HashSet<VineLibrary> _crowded = [];

    private void NoteCrowd(VineTask task)
    {
        if (task.LimitedBy is not { } library)
            return;
        if (library.Crowded.Count > 0)
            _crowded.Add(library);
        else
            _crowded.Remove(library);
    }

    private void EndRetraction(VineWorker worker)
    {
        worker.Retracting = false;
        worker.NextRetraction = _now + _options.StallTime;
    }

    /// <summary>When workers idle and nothing is ready that should go there, asks the most loaded worker that can for tasks that it has not started.</summary>
    private void Steal()
    {
        if (_workers.Count < 2)
            return;
        foreach (var library in _crowded)
            StealCalls(library);
        if (_held.TryPeek(out _, out _) || !_index.LeastLoaded()!.HasFreeSlot)
            return;
        foreach (var victim in _index.MostLoadedFirst().Take(VictimsLookedAt))
        {
            if (victim.HasFreeSlot)
                return;
            // The most loaded may have nothing to give: one long task on its only core.
            if (victim.Surplus <= 0 || victim.Retracting)
                continue;
            var due = RetractableAt(victim);
            if (due > _now)
                WakeAt(due);
            else if (TryRetract(victim))
                return;
        }
    }

    /// <summary>The same for calls that wait for the slots of their library where another worker has some free.</summary>
    private void StealCalls(VineLibrary library)
    {
        if (library.Pool is not { } pool)
            return;
        if (pool.LeastLoaded(_hasRoom) is not { } idle)
        {
            _board.Sleep(pool);
            return;
        }

        if (!pool.MayStartAt(idle))
            return;
        foreach (var calls in library.Crowded.Take(VictimsLookedAt).OrderByDescending(calls => calls.UsPerCore))
        {
            if (calls.Worker.Retracting)
                continue;
            var due = RetractableAt(calls);
            if (due > _now)
                WakeAt(due);
            else if (TryRetract(calls, pool))
                return;
        }
    }

    // Short tasks are over before they could move, unless the worker is stuck.
    private TimeSpan RetractableAt(VineWorker worker) => worker.LoadUs / worker.Cores >= _options.BacklogUs
        ? worker.NextRetraction
        : Max(worker.NextRetraction, worker.LastProgress + _options.StallTime);

    private TimeSpan RetractableAt(LibraryCalls calls) => calls.UsPerCore >= _options.BacklogUs
        ? calls.Worker.NextRetraction
        : Max(calls.Worker.NextRetraction, calls.LastProgress + _options.StallTime);

    // Those that were sent there for its name, its resources or its files stay, and those for which the idle have no room.
    private bool TryRetract(VineWorker victim)
    {
        var surplus = victim.Surplus;
        var wanted = Math.Min((surplus + 1) / 2, StolenAtOnce);
        var (light, heavy) = (new List<TaskId>(), new List<TaskId>());
        var task = victim.Assigned.Last;
        for (var left = Math.Min(surplus, StolenAtOnce); left > 0 && light.Count < wanted && task is not null; task = task.Previous)
        {
            // Calls of a library with few slots are no surplus: StealCalls sees to them.
            if (task.LimitedBy is not null)
                continue;
            left--;
            if (task.Demand is null || (task.Demand.Pool.IsForAllWithCores && MayStartNow(task)))
                (Array.TrueForAll(task.Inputs, RidesAlong) ? light : heavy).Add(task.Id);
        }

        return TryRetract(victim, light, heavy, wanted);
    }

    private bool TryRetract(LibraryCalls calls, WorkerPool pool)
    {
        var movable = calls.LastFirst.Take(Math.Min(calls.Waiting, StolenAtOnce)).Where(task => task.Demand!.Pool == pool)
            .ToLookup(task => Array.TrueForAll(task.Inputs, RidesAlong), task => task.Id);
        var wanted = Math.Min((calls.Waiting + 1) / 2, StolenAtOnce);
        return TryRetract(calls.Worker, [.. movable[true].Take(wanted)], [.. movable[false]], wanted);
    }

    // Those come first for which nothing has to be moved.
    private bool TryRetract(VineWorker victim, List<TaskId> light, List<TaskId> heavy, int wanted)
    {
        var stolen = light.Count > 0 ? light : heavy[..Math.Min(wanted, heavy.Count)];
        if (stolen.Count == 0)
            return false;
        victim.Retracting = true;
        victim.Asked.Enqueue(null);
        Emit(new ToWorker(victim.Id, new Retract(stolen)));
        return true;
    }
}
