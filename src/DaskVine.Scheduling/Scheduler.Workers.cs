using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What workers do: they join, complete, fail, give back.</summary>
public sealed partial class Scheduler
{
    private void OnWorkerSent(WorkerSent e)
    {
        if (!_workers.TryGetValue(e.Worker, out var worker))
            throw new InvalidOperationException($"{e.Worker} sent a record and has not joined");
        switch (e.Record)
        {
            case Completed record: OnTaskCompleted(worker, record); break;
            case Failed record: OnTaskFailed(worker, record); break;
            case Retracted record: OnTasksRetracted(worker, record); break;
            case FileLost record: OnFileLost(worker, record); break;
            case Transferred record: OnTransferred(worker, record); break;
            case TransferFailed record: OnTransferFailed(worker, record); break;
            case OutputPiece record: OnOutputPiece(worker, record); break;
            case Versions record: OnVersionsKnown(worker, record.Components); break;
            default: throw new InvalidOperationException($"a worker may not send {e.Record.Kind}");
        }
    }

    private void OnTaskCompleted(VineWorker worker, Completed completed)
    {
        if (Find(completed.Task) is not { } task)
            return;
        if (task.Worker != worker || task.Attempt != completed.Attempt)
        {
            ReleaseStray(worker, task, completed);
            return;
        }

        FunctionOf(task).Measure(completed.DurationUs, completed.Size);
        worker.Progress(task, _now);
        TellEnded(task, worker, completed.DurationUs);
        TellOutput(task, worker, completed.Output);
        if (completed.Value is null)
            worker.Leftovers.Remove(task.Output);
        foreach (var output in task.Outputs)
        {
            if (completed.Outputs.Any(made => made.File == output.Id))
                worker.Leftovers.Remove(output);
        }

        Unassign(task);
        TakeOutput(worker, task, completed);
        if (task.Outputs.Length > 0)
            TakeOutputs(worker, task, completed);
        // A call that reads what was not made has failed the graph.
        if (task.State == VineTaskState.Dropped)
            return;
        Finish(task);
        OnAvailable(task.Output);
        foreach (var output in task.Outputs)
            OnAvailable(output);
        EndIfDelivered(task.Graph);
    }

    /// <summary>A task is done, and its inputs have one consumer less to wait for them.</summary>
    private void Finish(VineTask task)
    {
        task.State = VineTaskState.Done;
        LeaveNeeds(task);
        CountDone(task);
        task.Recovering = false;
        task.Graph.DoneCount++;
        ProgressChanged(task.Graph);
        foreach (var input in task.Inputs)
        {
            input.PendingConsumers--;
            ReleaseIfUnneeded(input);
        }

        Settle(task);
        LetGoIfOver(task);
    }

    private void TakeOutput(VineWorker worker, VineTask task, Completed completed)
    {
        var output = task.Output;
        Resize(output, completed.Size);
        if (completed.Value is { } value)
        {
            var wasKnown = output.IsAvailable;
            output.Value = value;
            if (!wasKnown)
                BecomeAvailable(output);
            return;
        }

        _bytesMade += completed.Size;
        Keep(output, worker, task);
    }

    /// <summary>A worker has made a file.</summary>
    private void Keep(VineFile output, VineWorker worker, VineTask task)
    {
        var wasAvailable = output.IsAvailable;
        AddHolder(output, worker);
        if (task.Options.Checkpoint || output.Graph.Returns)
            Fetch(output);
        if (!wasAvailable && output.IsAvailable)
            BecomeAvailable(output);
        ServeWaiting(output);
        ReplicateLater(output);
    }

    // A worker that lost its link may complete what was given to another meanwhile; its copy is one more than we count. When the task
    // is to run there again, though, that will write the same file, and a release might hit the new one.
    private void ReleaseStray(VineWorker worker, VineTask task, Completed completed)
    {
        foreach (var output in task.Outputs.Where(output => completed.Outputs.Any(made => made.File == output.Id)))
            ReleaseStray(worker, task, output);
        if (completed.Value is null)
            ReleaseStray(worker, task, task.Output);
    }

    private void ReleaseStray(VineWorker worker, VineTask task, VineFile output)
    {
        if (worker.Files.Contains(output) || worker.Arriving.ContainsKey(output))
            return;
        if (task.Worker == worker)
            worker.Leftovers.Add(output);
        else
            Emit(new ToWorker(worker.Id, new Release([output.Id])));
    }

    private void OnTaskFailed(VineWorker worker, Failed failed)
    {
        if (Find(failed.Task) is not { } task || task.Worker != worker || task.Attempt != failed.Attempt)
            return;
        TellOutput(task, worker, failed.Output);
        Unassign(task);
        if (failed.Failure.Kind == FailureKind.Raised && task.Raised++ < task.Options.Retries)
            MakeReady(task);
        else
            FailTask(task, worker.Name, failed.Failure);
    }

    private void OnTasksRetracted(VineWorker worker, Retracted retracted)
    {
        foreach (var (id, attempt) in retracted.Tasks)
        {
            if (Find(id) is { } task && task.Worker == worker && task.Attempt == attempt)
            {
                Unassign(task);
                MakeReady(task);
            }
        }

        if (!TakeAnswer(worker))
            EndRetraction(worker);
    }

    private void OnFileLost(VineWorker worker, FileLost lost)
    {
        if (Find(lost.File) is not { } file || !worker.Files.Contains(file))
            return;
        LoseReplica(file, worker);
        CountEviction(file, worker, lost.Reason);
    }

    private void OnWorkerJoined(WorkerJoined e)
    {
        if (!_workers.TryGetValue(e.Worker, out var worker))
        {
            worker = new VineWorker(e.Worker, e.Hello.Name, Math.Max(1, e.Hello.Cores), e.Hello.Resources)
            {
                LastProgress = _now,
            };
            _workers.Add(e.Worker, worker);
            _index.Add(worker);
            _board.OnJoined(worker);
        }

        (worker.Peer, worker.Disk) = (e.Hello.Peer, e.Hello.Disk);
        // What this batch had for the old link is settled by the inventory, and must not be done twice.
        _effects.RemoveAll(effect => effect is ToWorker to && to.Worker == e.Worker);
        _effects.RemoveAll(effect => effect is PutFile put && put.Worker == e.Worker);
        LoseFunctions(worker);
        worker.Retracting = false;
        var unanswered = TakeUnanswered(worker);
        worker.Leftovers.Clear();
        EndArrivalsAt(worker);
        foreach (var upload in _uploads)
            Emit(new ToWorker(worker.Id, upload));
        SettleTasks(worker, e.Hello.Tasks);
        SettleFiles(worker, e.Hello.Files);
        CancelStrays(worker, e.Hello.Tasks);
        worker.Cancelled.AddRange(unanswered);
        AskIfCancelled(worker);
        // What it still has of ours may wait for functions and files that were lost with the old link.
        foreach (var task in worker.Assigned.ToList())
            SendNeeds(task, worker);
        SeeToWantedWithoutWorkers();
        OnVersionsKnown(worker, e.Hello.Versions);
    }

    // What it still gets is answered under numbers that nobody awaits; what is needed there is brought anew.
    private void EndArrivalsAt(VineWorker worker)
    {
        worker.Delayed.Clear();
        // Those that run last, as each makes room for another.
        var arrivals = worker.Arriving.Values.OrderBy(arrival => arrival.State == ArrivalState.Running).ThenBy(arrival => arrival.Number).ToList();
        foreach (var arrival in arrivals)
            End(arrival);
        foreach (var arrival in arrivals)
        {
            ReplicateLater(arrival.File);
            _endedEarly.Add(arrival);
        }
    }

    private void SettleTasks(VineWorker worker, IReadOnlyList<TaskAttempt> inventory)
    {
        var held = inventory.ToHashSet();
        foreach (var task in worker.Assigned.ToList())
        {
            if (held.Contains(new TaskAttempt(task.Id, task.Attempt)))
                continue;
            Unassign(task);
            MakeReady(task);
        }
    }

    private void CancelStrays(VineWorker worker, IReadOnlyList<TaskAttempt> inventory)
    {
        var strays = inventory.Where(held => !IsSettled(worker, held)).Select(held => held.Task).ToList();
        if (strays.Count > 0)
            Emit(new ToWorker(worker.Id, new Cancel(strays)));
    }

    // A worker that is to cancel what has ended deletes its output, so not where that counts as a replica.
    private bool IsSettled(VineWorker worker, TaskAttempt held) => Find(held.Task) is { } task
        && (task.State == VineTaskState.Done ? HoldsOutput(worker, task) : task.Worker == worker && task.Attempt == held.Attempt);

    private static bool HoldsOutput(VineWorker worker, VineTask task) =>
        worker.Files.Contains(task.Output) || Array.Exists(task.Outputs, worker.Files.Contains);

    private void SettleFiles(VineWorker worker, IReadOnlyList<FileSize> inventory)
    {
        var held = new HashSet<VineFile>();
        var strays = new List<FileId>();
        foreach (var (id, size) in inventory)
        {
            if (Find(id) is not { } file)
                strays.Add(id);
            else if (worker.Files.Contains(file) || (file.IsAvailable && file.IsNeeded && (file.Size == size || file.Holders.Count == 0)))
                held.Add(file);
            // Otherwise it is an output, perhaps of a task whose report is still to come.
            else if (file.Producer?.Worker == worker)
                worker.Leftovers.Add(file);
            else
                strays.Add(id);
        }

        foreach (var file in worker.Files.OrderBy(file => file.Id.Value).ToList())
        {
            if (!held.Contains(file))
                LoseReplica(file, worker);
        }

        foreach (var file in held)
        {
            if (!worker.Files.Contains(file))
                AddHolder(file, worker);
            else if (file.FetchSource == worker)
                Emit(new ToWorker(worker.Id, new Fetch(file.Id)));
            if (file.Wanted)
                Fetch(file);
        }

        if (strays.Count > 0)
            Emit(new ToWorker(worker.Id, new Release(strays)));
    }
}
