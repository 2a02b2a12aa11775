using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Which task goes where, and back.</summary>
public sealed partial class Scheduler
{
    // A look at a few holders of a few inputs finds the bytes that matter; looking at all would cost workers × inputs.
    private const int InputsLookedAt = 16;
    private const int HoldersLookedAt = 4;
    private const int WorkersTried = 8;

    // A transfer also takes time from its source and from the tasks beside it.
    private const int TransferWeight = 2;
    private const int VictimsLookedAt = 16;
    private const int StolenAtOnce = 64;

    private int _nextPlace;

    private void Place()
    {
        if (_index.Count < _tuning.WaitForWorkers)
            return;
        _board.Refresh();
        while (_index.LeastLoaded() is { } least && _index.HasRoom(least) && FirstReady() is { } task)
        {
            if (Choose(task, least) is not { } worker)
            {
                _board.Sleep(task.Options.Demand!.Pool);
                continue;
            }

            if (IsLeftForHome(task, worker, least))
            {
                _ready.Take(task);
                _leftForHome.Add(task);
                continue;
            }

            _clock = Math.Max(_clock, TaskOrder.Of(task).Place);
            if (task.Options.Demand is null)
                _ready.Take(task);
            else
                task.Claim = DemandBoard.Take(task, worker);
            Assign(task, worker);
        }

        foreach (var task in _leftForHome)
            _ready.Add(task);
        _leftForHome.Clear();
    }

    private VineTask? FirstReady()
    {
        var demanding = _board.First(out var demandingOrder);
        if (!_ready.TryPeek(out var task, out var order))
            return demanding;
        return demanding is null || order < demandingOrder ? task : demanding;
    }

    /// <summary>
    /// A preferred worker with room; else the one where it would run soonest, of those that hold inputs and the least loaded: the time until
    /// its turn and that for bringing what is not there. Null when there is no room at those that can run it.
    /// </summary>
    /// <param name="task">Is ready.</param>
    /// <param name="least">The least loaded of all workers; it has room.</param>
    private VineWorker? Choose(VineTask task, VineWorker least)
    {
        var pool = task.Options.Demand?.Pool;
        if (Preferred(task, pool, least) is { } preferred)
            return preferred;
        var best = pool is { IsForAll: false } ? pool.LeastLoaded(_hasRoom) : least;
        if (_tuning.AnyWorker)
            return AnyWorker(pool) ?? best;
        var bestCost = long.MaxValue;
        var looked = Math.Min(task.Inputs.Length, InputsLookedAt);
        for (var i = 0; i < looked; i++)
        {
            var (holders, arrivals) = (task.Inputs[i].Holders, task.Inputs[i].Arrivals);
            for (var h = 0; h < Math.Min(holders.Count + arrivals.Count, HoldersLookedAt); h++)
            {
                var worker = h < holders.Count ? holders[h] : arrivals[h - holders.Count].Destination;
                if (worker == best || !MayTake(worker, pool, least))
                    continue;
                if (bestCost == long.MaxValue && best is not null)
                    bestCost = CostAt(best, task, looked);
                var cost = CostAt(worker, task, looked);
                if (cost < bestCost || (cost == bestCost && worker.Id.Value < best!.Id.Value))
                    (best, bestCost) = (worker, cost);
            }
        }

        if (HomeOf(task) is not { } home || home == best || !MayTake(home, pool, least))
            return best;
        // Nobody is left idle for the sake of a task that may turn out to be long.
        if (least.HasFreeSlot && !home.HasFreeSlot && FunctionOf(task).ResultBytes is null)
            return best;
        if (bestCost == long.MaxValue && best is not null)
            bestCost = CostAt(best, task, looked);
        return best is null || CostAt(home, task, looked) - bestCost <= SavedAt(home, best, task) ? home : best;
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
                if (MayTake(worker, pool, least) && (best is null || worker.IsLessLoadedThan(best)))
                    best = worker;
            }
        }

        return best;
    }

    private bool MayTake(VineWorker worker, WorkerPool? pool, VineWorker least) =>
        _index.HasRoom(worker) && !(least.HasFreeSlot && IsRelieved(worker)) && (pool is null || pool.Fits(worker));

    // What was just taken back from it for an idle worker must not go there again.
    private bool IsRelieved(VineWorker worker) => !worker.HasFreeSlot && _now < worker.NextRetraction;

    /// <summary>When a task would run at a worker, in microseconds from now.</summary>
    private long CostAt(VineWorker worker, VineTask task, int looked)
    {
        var cost = worker.HasFreeSlot ? 0 : worker.LoadUs / worker.Cores;
        for (var i = 0; i < looked; i++)
        {
            var input = task.Inputs[i];
            if (RidesAlong(input) || worker.Files.Contains(input) || worker.Arriving.ContainsKey(input))
                continue;
            cost += _options.TransferUs;
            if (input.Holders.Count == 0 || !IsLinked(input.Holders[0], worker))
                cost += TransferWeight * (input.Size / _bytesPerUs);
        }

        return Fullness(worker, 0) >= NearlyFull ? cost + _options.BacklogUs : cost;
    }

    private void Assign(VineTask task, VineWorker worker)
    {
        if (worker.Assigned.Count == 0)
            worker.LastProgress = _now;
        task.State = VineTaskState.Assigned;
        task.Worker = worker;
        task.Attempt++;
        task.LoadUs = FunctionOf(task).EstimateUs;
        if (JoinOf(task) is { } join)
            join.Home = worker;
        task.Graph.AssignedCount++;
        _index.Touch(worker);
        worker.Assigned.Add(task);
        worker.LoadUs += task.LoadUs;
        TellStarted(task);
        SendNeeds(task, worker);
        var functions = Array.ConvertAll(task.Functions, function => function.Number);
        var inputs = new TaskInput[task.NamedInputs];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = Input(task.Inputs[i]);
        Emit(new ToWorker(worker.Id, new Assign(
            task.Id, task.Attempt, task.Mode, functions, task.Body, inputs, task.Output.Id,
            task.Graph.Reports.HasFlag(GraphReports.Output), Array.ConvertAll(task.Outputs, output => output.Id))));
    }

    private TaskInput Input(VineFile file) =>
        RidesAlong(file) ? new TaskInput(file.Value, default, 0) : new TaskInput(null, file.Id, file.Size);

    private bool RidesAlong(VineFile file) => file.Value is not null && file.Size <= _options.InlineBytes;

    private void SendNeeds(VineTask task, VineWorker worker)
    {
        SendFunctions(task, worker);
        foreach (var input in task.Inputs.AsSpan(0, task.NamedInputs))
        {
            if (!RidesAlong(input))
                Bring(input, worker);
        }
    }

    /// <summary>Takes a task off its worker's books; what it becomes is up to the caller.</summary>
    /// <param name="task">Is assigned.</param>
    /// <param name="mayRun">It is being cancelled, or its worker is gone: perhaps it runs on for a moment.</param>
    private void Unassign(VineTask task, bool mayRun = false)
    {
        var worker = task.Worker!;
        if (IsConnected(worker))
            _index.Touch(worker);
        EndClaim(task, mayRun);
        _board.OnChanged(worker);
        worker.Assigned.Remove(task);
        worker.LoadUs -= task.LoadUs;
        task.Graph.AssignedCount--;
        task.Worker = null;
        task.State = VineTaskState.Waiting;
        if (worker.Leftovers.Count == 0)
            return;
        foreach (var output in task.Outputs.Prepend(task.Output))
        {
            if (worker.Leftovers.Remove(output) && IsConnected(worker))
                Emit(new ToWorker(worker.Id, new Release([output.Id])));
        }
    }

    // A number may come back with another process behind it, hence the comparison.
    private bool IsConnected(VineWorker worker) => _workers.GetValueOrDefault(worker.Id) == worker;

    private void EndRetraction(VineWorker worker)
    {
        worker.Retracting = false;
        worker.NextRetraction = _now + _options.StallTime;
    }

    /// <summary>When workers idle and nothing is ready, asks the most loaded worker that can for tasks that it has not started.</summary>
    private void Steal()
    {
        if (_workers.Count < 2 || _ready.TryPeek(out _, out _) || !_index.LeastLoaded()!.HasFreeSlot)
            return;
        foreach (var victim in _index.MostLoadedFirst().Take(VictimsLookedAt))
        {
            if (victim.HasFreeSlot)
                return;
            // The most loaded may have nothing to give: one long task on its only core.
            if (victim.Assigned.Count == victim.Cores || victim.Retracting)
                continue;
            var due = RetractableAt(victim);
            if (due > _now)
                WakeAt(due);
            else if (TryRetract(victim))
                return;
        }
    }

    // Short tasks are over before they could move, unless the worker is stuck.
    private TimeSpan RetractableAt(VineWorker worker) => worker.LoadUs / worker.Cores >= _options.BacklogUs
        ? worker.NextRetraction
        : Max(worker.NextRetraction, worker.LastProgress + _options.StallTime);

    // Those that were sent there for its name or its resources stay.
    private bool TryRetract(VineWorker victim)
    {
        var surplus = victim.Assigned.Count - victim.Cores;
        var wanted = Math.Min((surplus + 1) / 2, StolenAtOnce);
        var stolen = new List<TaskId>();
        var task = victim.Assigned.Last;
        for (var left = Math.Min(surplus, StolenAtOnce); left > 0 && stolen.Count < wanted; left--, task = task.Previous)
        {
            if (task!.Options.Demand is null or { Pool.IsForAll: true })
                stolen.Add(task.Id);
        }

        if (stolen.Count == 0)
            return false;
        victim.Retracting = true;
        victim.Asked.Enqueue(null);
        Emit(new ToWorker(victim.Id, new Retract(stolen)));
        return true;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
