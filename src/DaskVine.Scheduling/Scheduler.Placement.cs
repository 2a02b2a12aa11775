using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Which task goes where, and back.</summary>
public sealed partial class Scheduler
{
    private const int VictimsLookedAt = 16;
    private const int StolenAtOnce = 64;

    // Tasks that are passed over at once; behind them the order of tasks counts more.
    private const int PassedAtOnce = 64;

    // Tasks that were passed over, still ready. Empty between calls.
    private readonly List<VineTask> _passed = [];

    private void Place()
    {
        if (_index.Count < _tuning.WaitForWorkers)
            return;
        _board.Refresh();
        Place(Urgency.Fit);
        Place(Urgency.Any);
        Place(Urgency.None);
        GoOnWithoutSpace();
    }

    /// <summary>Places tasks while somebody has little to do, or while everybody has enough, as the urgency goes.</summary>
    private void Place(Urgency urgency)
    {
        while (_index.LeastLoaded() is { } least && _index.HasRoom(least) && IsHungry(least) == (urgency != Urgency.None)
            && _passed.Count < PassedAtOnce && FirstReady() is { } task)
        {
            var (worker, isLeft) = Choose(task, least, urgency);
            if (isLeft)
            {
                TakeCommon(task);
                _passed.Add(task);
                continue;
            }

            if (worker is null)
            {
                _board.Sleep(task.Demand!.Pool);
                continue;
            }

            if (WithSpace(task, worker) is not { } place)
                continue;
            _clock = Math.Max(_clock, TaskOrder.Of(task).Place);
            if (task.Demand is null)
                TakeCommon(task);
            else
                task.Claim = DemandBoard.Take(task, place);
            Assign(task, place);
        }

        foreach (var task in _passed)
            _ready.Add(task);
        _passed.Clear();
    }

    private VineTask? FirstReady()
    {
        var demanding = _board.First(out var demandingOrder);
        if (!TryPeekCommon(out var task, out var order))
            return demanding;
        return demanding is null || order < demandingOrder ? task : demanding;
    }

    private void Assign(VineTask task, VineWorker worker)
    {
        if (worker.Assigned.Count == 0)
            worker.LastProgress = _now;
        task.State = VineTaskState.Assigned;
        task.Worker = worker;
        task.Attempt++;
        task.LoadUs = FunctionOf(task).EstimateUs * task.Cores;
        SettleFamily(task, worker);
        task.Graph.AssignedCount++;
        _index.Touch(worker);
        worker.Assigned.Add(task);
        worker.LoadUs += task.LoadUs;
        worker.ExpectedBytes += task.ExpectedBytes = ExpectedBytes(task, worker);
        _running++;
        TellStarted(task);
        SendNeeds(task, worker);
        var functions = task.Functions is [var only] ? only.NumberAlone : Array.ConvertAll(task.Functions, function => function.Number);
        TaskInput[] inputs = task.NamedInputs == 0 ? [] : new TaskInput[task.NamedInputs];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = Input(task.Inputs[i]);
        Emit(new ToWorker(worker.Id, new Assign(
            task.Id, task.Attempt, task.Mode, functions, task.Body, inputs, task.Output.Id,
            task.Graph.Reports.HasFlag(GraphReports.Output), task.Outputs.Length == 0 ? [] : Array.ConvertAll(task.Outputs, output => output.Id), task.Options.Library?.Number)));
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
        worker.ExpectedBytes -= task.ExpectedBytes;
        _running--;
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

    private static bool IsConnected(VineWorker worker) => !worker.HasLeft;

    private void EndRetraction(VineWorker worker)
    {
        worker.Retracting = false;
        worker.NextRetraction = _now + _options.StallTime;
    }

    /// <summary>When workers idle and nothing is ready that should go there, asks the most loaded worker that can for tasks that it has not started.</summary>
    private void Steal()
    {
        if (_workers.Count < 2 || _held.TryPeek(out _, out _) || !_index.LeastLoaded()!.HasFreeSlot)
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

    // Short tasks are over before they could move, unless the worker is stuck.
    private TimeSpan RetractableAt(VineWorker worker) => worker.LoadUs / worker.Cores >= _options.BacklogUs
        ? worker.NextRetraction
        : Max(worker.NextRetraction, worker.LastProgress + _options.StallTime);

    // Those that were sent there for its name, its resources or its files stay, and those for which the idle have no room.
    private bool TryRetract(VineWorker victim)
    {
        var surplus = victim.Surplus;
        var wanted = Math.Min((surplus + 1) / 2, StolenAtOnce);
        var (light, heavy) = (new List<TaskId>(), new List<TaskId>());
        var task = victim.Assigned.Last;
        for (var left = Math.Min(surplus, StolenAtOnce); left > 0 && light.Count < wanted; left--, task = task.Previous)
        {
            if (task!.Demand is null || (task.Demand.Pool.IsForAllWithCores && MayStartNow(task)))
                (Array.TrueForAll(task.Inputs, RidesAlong) ? light : heavy).Add(task.Id);
        }

        // Those come first for which nothing has to be moved.
        var stolen = light.Count > 0 ? light : heavy[..Math.Min(wanted, heavy.Count)];
        if (stolen.Count == 0)
            return false;
        victim.Retracting = true;
        victim.Asked.Enqueue(null);
        Emit(new ToWorker(victim.Id, new Retract(stolen)));
        return true;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
