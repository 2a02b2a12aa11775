using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// What commands ask of their workers: cores, and files that are there already. Either is a demand. One for cores waits in its worker's queue
/// like any other task, and is the next there to get slots: the manager keeps none free for it, or short tasks would pass it for ever.
/// </summary>
public sealed partial class Scheduler
{
    private const int IdleLookedAt = 16;

    private static TaskNeeds? NeedsOf(ReadOnlyMemory<byte> body, VineFile[] inputs)
    {
        CommandSpec spec;
        try
        {
            spec = CommandSpec.Read(body.Span);
        }
        catch (ProtocolException)
        {
            // Its worker says what is wrong with it.
            return null;
        }

        // What is shared is everywhere.
        var held = spec.Inputs.Zip(inputs)
            .Where(pair => pair.First.Options.HasFlag(CommandInputOptions.Held) && pair.Second.Declared is not { Kind: FileKind.Shared })
            .Select(pair => pair.Second).Distinct().OrderBy(file => file.Id.Value).ToArray();
        var cores = Math.Max(1, spec.Cores ?? 1);
        return cores == 1 && held.Length == 0 ? null : new TaskNeeds(cores, held);
    }

    private void UseNeeds(VineTask task)
    {
        if (task.Needs is { } needs && task.Demand == task.Options.Demand)
            task.Demand = _board.DemandOf(task.Options.Demand, needs);
    }

    // One of the least loaded has enough free slots.
    private bool MayStartNow(VineTask task) => _index.Workers.Take(IdleLookedAt).Any(worker => worker.HasFreeSlots(task.Cores));

    /// <summary>The task is done or gone.</summary>
    private void LeaveNeeds(VineTask task)
    {
        var demand = task.Demand;
        if (demand is null || demand == task.Options.Demand)
            return;
        // It may become ready once more, and then of another demand.
        if (task.State == VineTaskState.Done)
            demand.Ready.Remove(task);
        task.Demand = task.Options.Demand;
        _board.Drop(demand);
    }

    /// <summary>A worker does not hold a file any more, and tasks are there because it did.</summary>
    private void TakeBackHeld(VineFile file, VineWorker worker)
    {
        if (_board.PoolsOf(file).Count == 0)
            return;
        foreach (var task in worker.Assigned.ToList().Where(task => task.Needs is { } needs && needs.Held.Contains(file)))
        {
            Withdraw(task);
            MakeReady(task);
        }
    }

    /// <summary>Ends what waits for a worker that holds its files, where no worker does and none will.</summary>
    private void EndMisplaced()
    {
        if (_board.Unserved.Count == 0)
            return;
        foreach (var pool in _board.Unserved.Where(pool => pool.Held.Length > 0).ToList())
        {
            if (Array.Exists(pool.Held, IsOnItsWay) || IsToBeBrought(pool))
                continue;
            var names = string.Join(", ", pool.Held.Select(NameFor));
            foreach (var task in DemandBoard.ReadyIn(pool).ToList())
            {
                EndCommand(
                    task, CommandResult.FixedLocationMissing,
                    $"no connected worker that can run it holds {names}, and it is not to be brought to one for this task (strict_input)");
                EndIfDelivered(task.Graph);
            }
        }
    }

    private static bool IsOnItsWay(VineFile file) => file.Arrivals.Count > 0 || file is { Wanted: true, AtManager: false };

    // Only what can run: what waits may wait for the task that waits for it.
    private static bool IsToBeBrought(WorkerPool pool)
    {
        if (pool.Bringer is not { State: VineTaskState.Ready or VineTaskState.Assigned })
            pool.Bringer = pool.Held.Select(file => file.Consumers.FindLast(task => Brings(task, file))).FirstOrDefault(task => task is not null);
        return pool.Bringer is not null;
    }

    private static bool Brings(VineTask task, VineFile file) =>
        task.State is VineTaskState.Ready or VineTaskState.Assigned && task.Needs?.Held.Contains(file) != true;
}
