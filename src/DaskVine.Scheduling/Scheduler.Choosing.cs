using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Which worker is best for a task. While everybody has work it is the one for which least has to be moved: inputs now, and the result later. A task
/// waits for room there, and others go before it. Who has little to do gets what would run soonest there.
/// </summary>
public sealed partial class Scheduler
{
    // A look at a few holders of a few inputs finds the bytes that matter; looking at all would cost workers × inputs.
    private const int InputsLookedAt = 16;
    private const int HoldersLookedAt = 4;
    private const int WorkersTried = 8;

    // A transfer also takes time from its source and from the tasks beside it.
    private const int TransferWeight = 2;

    // A worker with less than this part of its backlog may be idle before more can come.
    private const int HungryPart = 10;

    private int _nextPlace;

    /// <summary>How much it matters that somebody gets work at once.</summary>
    private enum Urgency
    {
        /// <summary>Everybody has enough.</summary>
        None,

        /// <summary>Somebody has little to do, and something that is best placed there may be ready.</summary>
        Fit,

        /// <summary>Somebody has little to do, and nothing of the kind is ready.</summary>
        Any,
    }

    private bool IsHungry(VineWorker worker) => worker.HasFreeSlot || worker.LoadUs / worker.Cores < _options.BacklogUs / HungryPart;

    /// <summary>A preferred worker with room, else the best one; null when there is no room at those that can run it.</summary>
    /// <param name="task">Is ready.</param>
    /// <param name="least">The least loaded of all workers; it has room.</param>
    /// <param name="urgency">How much it matters that it is given out.</param>
    /// <returns>The worker, or whether the task is better left for later; one with a demand is not.</returns>
    private (VineWorker? Worker, bool IsLeft) Choose(VineTask task, VineWorker least, Urgency urgency)
    {
        var pool = task.Demand?.Pool;
        if (Preferred(task, pool, least) is { } preferred)
            return (preferred, false);
        var best = pool is { IsForAll: false } ? pool.LeastLoaded(_hasRoom) : least;
        if (_tuning.AnyWorker)
            return (AnyWorker(pool) ?? best, false);
        var home = HomeOf(task);
        // Nobody is left idle for the sake of a task that may turn out to be long.
        if (home is { HasFreeSlot: false } && least.HasFreeSlot && FunctionOf(task).ResultBytes is null)
            home = null;
        if (home is null && task.Inputs.Length == 0)
            return (best, urgency == Urgency.None && pool is null && HasUnknownFamily(task));
        var choice = new Choice(best);
        foreach (var input in task.Inputs.AsSpan(0, Math.Min(task.Inputs.Length, InputsLookedAt)))
        {
            if (RidesAlong(input))
                continue;
            for (var h = 0; h < Math.Min(input.Holders.Count + input.Arrivals.Count, HoldersLookedAt); h++)
            {
                var worker = h < input.Holders.Count ? input.Holders[h] : input.Arrivals[h - input.Holders.Count].Destination;
                Consider(ref choice, worker, task, home, least, urgency);
            }
        }

        if (home is not null)
            Consider(ref choice, home, task, home, least, urgency);
        return pool is null ? Decide(choice, urgency) : (choice.Soonest, false);
    }

    private (VineWorker? Worker, bool IsLeft) Decide(in Choice choice, Urgency urgency)
    {
        var worker = urgency == Urgency.None ? choice.Nearest! : choice.Soonest!;
        return _index.HasRoom(worker) && (urgency != Urgency.Fit || worker == choice.Nearest) ? (worker, false) : (null, true);
    }

    private void Consider(ref Choice choice, VineWorker worker, VineTask task, VineWorker? home, VineWorker least, Urgency urgency)
    {
        if (worker == choice.Soonest || worker == choice.Nearest || !MayTake(worker, task.Demand?.Pool, least, urgency))
            return;
        if (!choice.IsWeighed && choice.Nearest is { } first)
            choice.Weigh(MovesAt(first, task, home), WaitAt(first, task));
        choice.Offer(worker, MovesAt(worker, task, home), WaitAt(worker, task));
    }

    private VineWorker? AnyWorker(WorkerPool? pool)
    {
        for (var i = 0; i < WorkersTried; i++)
        {
            var worker = _index.InTurn(ref _nextPlace);
            if (_index.HasRoom(worker) && (pool is null || pool.Fits(worker)))
                return worker;
        }

        return null;
    }

    private VineWorker? Preferred(VineTask task, WorkerPool? pool, VineWorker least)
    {
        VineWorker? best = null;
        foreach (var name in task.Options.Preferred)
        {
            foreach (var worker in _index.Named(name))
            {
                if (_index.HasRoom(worker) && MayTake(worker, pool, least, Urgency.None) && (best is null || worker.IsLessLoadedThan(best)))
                    best = worker;
            }
        }

        return best;
    }

    /// <summary>Whether a worker comes into question. One without room may be waited for, unless somebody would idle meanwhile.</summary>
    private bool MayTake(VineWorker worker, WorkerPool? pool, VineWorker least, Urgency urgency)
    {
        if (least.HasFreeSlot && IsRelieved(worker))
            return false;
        if (_index.HasRoom(worker))
            return pool is null || pool.Fits(worker);
        return pool is null && urgency != Urgency.Any;
    }

    // What was just taken back from it for an idle worker must not go there again.
    private bool IsRelieved(VineWorker worker) => !worker.HasFreeSlot && _now < worker.NextRetraction;

    /// <summary>How long a task would wait for its turn at a worker, in microseconds.</summary>
    private static long WaitAt(VineWorker worker, VineTask task) =>
        Math.Max(worker.HasFreeSlots(task.Cores) ? 0 : worker.LoadUs / worker.Cores, task.LimitedBy?.WaitUsAt(worker) ?? 0);

    /// <summary>What it costs to bring the inputs of a task to a worker, and its result from there to its home, in microseconds.</summary>
    private long MovesAt(VineWorker worker, VineTask task, VineWorker? home)
    {
        var cost = home is null || home == worker ? 0 : SavedAt(home, worker, task);
        foreach (var input in task.Inputs.AsSpan(0, Math.Min(task.Inputs.Length, InputsLookedAt)))
        {
            if (RidesAlong(input) || worker.Files.Contains(input) || worker.Arriving.ContainsKey(input))
                continue;
            cost += _options.TransferUs;
            if (input.Holders.Count == 0 || !IsLinked(input.Holders[0], worker))
                cost += TransferWeight * (input.Size / _bytesPerUs);
        }

        return Fullness(worker, 0) >= NearlyFull ? cost + _options.BacklogUs : cost;
    }
}
