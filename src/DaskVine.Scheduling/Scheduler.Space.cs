using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Who waits where disks fill: tasks that leave more in the caches than they free, until those that free have run. So a graph runs whose live set fits, and
/// little is evicted that has to be made again. While nothing else runs, the first of those that wait goes on all the same, one at a time.
/// </summary>
public sealed partial class Scheduler
{
    private const int PlacesLookedAt = 8;

    // Hundredths of a worker's limit that may be filled by tasks that only add; the rest is for those that free.
    private const int ForAdding = 60;

    // Results of a function that has not run yet of which a core may make as many before its worker's disk is full.
    private const int UnknownResultsPerCore = 8;

    // So many tasks may be done again before one is done for the first time: all that were ever done, as a single loss may cost all, and some.
    private const int FewDoneAgain = 64;

    // Ready tasks that wait for space, and perhaps some that are not ready any more.
    private readonly ReadyQueue _held = new();

    // In this step: those that wait are not looked at again.
    private bool _isFull;

    // All assigned tasks.
    private int _running;

    /// <summary>How often tasks were done that had been done before, in all graphs so far.</summary>
    public long DoneAgain { get; private set; }

    /// <summary>The first task without a demand: of those that wait for space too, until one has found none.</summary>
    private bool TryPeekCommon(out VineTask? task, out TaskOrder order)
    {
        var isReady = _ready.TryPeek(out task, out order);
        if (_isFull || !_held.TryPeek(out var held, out var heldOrder) || (isReady && order < heldOrder))
            return isReady;
        (task, order) = (held, heldOrder);
        return true;
    }

    private void TakeCommon(VineTask task)
    {
        if (_held.TryPeek(out var held, out _) && held == task)
            _held.Take(task);
        else
            _ready.Take(task);
    }

    /// <summary>The chosen worker, or another that has space for a task; null when it has to wait for some, as it does from then on.</summary>
    private VineWorker? WithSpace(VineTask task, VineWorker chosen)
    {
        if (task.Demand is not null || HasSpaceFor(task, chosen))
            return chosen;
        if (!_isFull)
        {
            Relieve(chosen);
            if ((HasSpaceFor(task, chosen) ? chosen : Roomiest(task, mustHaveSpace: true)) is { } worker)
                return worker;
        }

        _isFull = true;
        TakeCommon(task);
        _held.Add(task);
        return null;
    }

    /// <summary>When nothing runs that could make space, the first of those that wait for it does not wait any longer.</summary>
    private void GoOnWithoutSpace()
    {
        _isFull = false;
        if (_running > 0 || !_held.TryPeek(out var task, out _) || _index.LeastLoaded() is not { } least || Choose(task, least, Urgency.Any).Worker is not { } near)
            return;
        _held.Take(task);
        Assign(task, near.Disk == 0 || BytesWith(task, near) <= near.Disk ? near : Roomiest(task, mustHaveSpace: false) ?? near);
    }

    private VineWorker? Roomiest(VineTask task, bool mustHaveSpace)
    {
        VineWorker? best = null;
        var most = long.MinValue;
        for (var i = 0; i < Math.Min(PlacesLookedAt, _index.Count); i++)
        {
            var worker = _index.InTurn(ref _nextPlace);
            if (!_index.HasRoom(worker) || (mustHaveSpace && !HasSpaceFor(task, worker)))
                continue;
            var left = worker.Disk == 0 ? long.MaxValue : worker.Disk - BytesWith(task, worker);
            if (left > most || (left == most && worker.Id.Value < best!.Id.Value))
                (best, most) = (worker, left);
        }

        return best;
    }

    private bool HasSpaceFor(VineTask task, VineWorker worker)
    {
        if (worker.Disk == 0)
            return true;
        var bytes = BytesWith(task, worker);
        if (bytes <= worker.Disk / 100 * ForAdding)
            return true;
        return bytes <= worker.Disk && Frees(task, ExpectedBytes(task, worker));
    }

    /// <summary>What would be in a worker's cache at the end of a task, before anything is freed.</summary>
    private long BytesWith(VineTask task, VineWorker worker)
    {
        var bytes = worker.StoredBytes + worker.ExpectedBytes + ExpectedBytes(task, worker);
        foreach (var input in task.Inputs.AsSpan(0, Math.Min(task.NamedInputs, InputsLookedAt)))
        {
            if (!RidesAlong(input) && !worker.Files.Contains(input) && !worker.Arriving.ContainsKey(input))
                bytes += input.Size;
        }

        return bytes;
    }

    private long ExpectedBytes(VineTask task, VineWorker worker)
    {
        var bytes = FunctionOf(task).ResultBytes ?? Math.Max(_options.UnknownResultBytes, worker.Disk / worker.Cores / UnknownResultsPerCore);
        return bytes <= _options.InlineBytes ? 0 : bytes;
    }

    /// <summary>Whether the end of a task frees as many bytes, of what only it still needs.</summary>
    private static bool Frees(VineTask task, long bytes)
    {
        for (var i = 0; i < task.Inputs.Length && bytes > 0; i++)
        {
            var input = task.Inputs[i];
            if (input is { PendingConsumers: 1, Holders.Count: > 0, Wanted: false, MadeFromIt: null, Graph: { Sealed: true, PruneDepth: 1 } })
                bytes -= input.Size;
        }

        return bytes <= 0;
    }

    private void CountDone(VineTask task)
    {
        if (task.TimesDone++ > 0)
        {
            DoneAgain++;
            task.Graph.DoneAgain++;
            return;
        }

        (task.Graph.Evictions, task.Graph.DoneAgain) = (0, 0);
        task.Graph.EverDone++;
    }

    /// <summary>A worker has lost a file that may be needed. When that goes on and on, and nothing new is done, the graph does not fit.</summary>
    private void CountEviction(VineFile file, VineWorker worker, string reason)
    {
        if (worker.Disk == 0 || file is not { IsDemanded: true, IsAvailable: false, Producer: { } producer })
            return;
        var graph = file.Graph;
        graph.Evictions++;
        if (graph.DoneAgain + graph.Evictions <= graph.EverDone + FewDoneAgain)
            return;
        FailTask(producer, worker.Name, Failure.Of(
            FailureKind.Lost,
            $"what is needed at a time does not fit into the workers' caches: since a task was last done for the first time, {graph.Evictions} results were lost "
            + $"before they were used and {graph.DoneAgain} tasks done again, the last loss at worker {worker.Name} ({reason}); start workers with a larger --disk, or more of them"));
    }
}
