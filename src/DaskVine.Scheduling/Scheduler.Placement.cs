using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Which task goes where, and back.</summary>
public sealed partial class Scheduler
{
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
        task.State = VineTaskState.Assigned;
        task.Worker = worker;
        task.Attempt++;
        task.LoadUs = FunctionOf(task).EstimateUs * task.Cores;
        SettleFamily(task, worker);
        task.Graph.AssignedCount++;
        _index.Touch(worker);
        worker.Add(task, _now);
        NoteCrowd(task);
        worker.ExpectedBytes += task.ExpectedBytes = ExpectedBytes(task, worker);
        _running++;
        ProgressChanged(task.Graph);
        TellStarted(task);
        SendNeeds(task, worker);
        var functions = task.Functions is [var only] ? only.NumberAlone : Array.ConvertAll(task.Functions, function => function.Number);
        TaskInput[] inputs = task.NamedInputs == 0 ? [] : new TaskInput[task.NamedInputs];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = Input(task.Inputs[i]);
        Emit(new ToWorker(worker.Id, new Assign(
            task.Id, task.Attempt, task.Mode, functions, task.Body, inputs, task.Output.Id,
            task.Graph.Reports.HasFlag(GraphReports.Output), task.Outputs.Length == 0 ? [] : Array.ConvertAll(task.Outputs, output => output.Id),
            task.Options.Library?.Number, task.Neutral)));
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
        worker.Remove(task);
        NoteCrowd(task);
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

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
