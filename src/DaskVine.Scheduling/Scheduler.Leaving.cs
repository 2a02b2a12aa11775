using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Workers leave, and some take with them what crashed them.</summary>
public sealed partial class Scheduler
{
    private void OnWorkerLeft(WorkerLeft e)
    {
        if (!_workers.Remove(e.Worker, out var worker))
            return;
        worker.HasLeft = true;
        _index.Remove(worker);
        _board.OnLeft(worker, _now);
        worker.Peer = null;
        LoseFunctions(worker);
        foreach (var claim in TakeUnanswered(worker))
            Linger(claim);
        var tasks = worker.Assigned.ToList();
        foreach (var task in tasks)
        {
            Unassign(task, mayRun: true);
            MakeReady(task);
        }

        EndArrivalsAt(worker);
        foreach (var file in worker.Files.OrderBy(file => file.Id.Value).ToList())
            LoseReplica(file, worker);
        if (!e.Crashed)
            return;
        foreach (var task in MayHaveRun(worker, tasks))
        {
            // Giving one up drops its graph, others of this list with it.
            if (++task.Crashes >= MostCrashes(task) && task.State != VineTaskState.Dropped)
                GiveUp(task, worker, e.Reason);
        }
    }

    /// <summary>It starts tasks in order of assignment, so those are the first; of a library with few slots no more than these.</summary>
    private static IEnumerable<VineTask> MayHaveRun(VineWorker worker, List<VineTask> tasks)
    {
        var ofLibraries = new Dictionary<VineLibrary, int>();
        var slots = worker.Cores;
        foreach (var task in tasks)
        {
            if (task.LimitedBy is { } library)
            {
                var running = ofLibraries.GetValueOrDefault(library);
                if (running == library.SlotsAt(worker))
                    continue;
                ofLibraries[library] = running + 1;
            }

            if ((slots -= task.Cores) < 0)
                yield break;
            yield return task;
        }
    }

    private int MostCrashes(VineTask task) => HasTries(task) ? task.Options.Retries + 1 : _options.CrashLimit;

    // Of a command: whatever else comes of it is told in its report, and not tried again.
    private static bool HasTries(VineTask task) => task is { Mode: TaskMode.Command, Options.Retries: > 0 };

    private void GiveUp(VineTask task, VineWorker worker, string reason)
    {
        var text = $"given up after it was running on {task.Crashes} workers that died; the last was {worker.Name}: {reason}";
        if (!HasTries(task))
        {
            FailTask(task, worker.Name, Failure.Of(FailureKind.Lost, text));
            return;
        }

        EndCommand(task, CommandResult.MaxRetries, text);
        EndIfDelivered(task.Graph);
    }
}
