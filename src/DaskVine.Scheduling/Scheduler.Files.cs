using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Where files are, how they get elsewhere, and how lost ones come back.</summary>
public sealed partial class Scheduler
{
    private static void AddHolder(VineFile file, VineWorker worker)
    {
        if (worker.Files.Add(file))
            file.Holders.Add(worker);
    }

    /// <summary>Has a file brought to a worker: straight from the manager, or by way of it.</summary>
    private void Bring(VineFile file, VineWorker worker)
    {
        if (worker.Files.Contains(file))
            return;
        if (file.AtManager)
        {
            Put(file, worker);
            return;
        }

        if (!file.Destinations.Contains(worker))
            file.Destinations.Add(worker);
        Fetch(file);
    }

    // Counted as a holder at once: what is sent arrives, or the link breaks and the inventory tells.
    private void Put(VineFile file, VineWorker worker)
    {
        AddHolder(file, worker);
        Emit(new PutFile(worker.Id, file.Id, file.Size, file.Value));
    }

    private void Fetch(VineFile file)
    {
        if (file.FetchSource is not null || file.AtManager)
            return;
        file.FetchSource = file.Holders[0];
        Emit(new ToWorker(file.FetchSource.Id, new Fetch(file.Id)));
    }

    private void OnFileStaged(FileStaged e)
    {
        if (Find(e.File) is not { FetchSource: not null } file)
        {
            // Released while it was on its way.
            if (Find(e.File) is not { AtManager: true })
                Emit(new DropStaged(e.File));
            return;
        }

        file.FetchSource = null;
        file.Staged = true;
        foreach (var worker in file.Destinations)
        {
            if (IsConnected(worker) && !worker.Files.Contains(file))
                Put(file, worker);
        }

        file.Destinations.Clear();
        OnAvailable(file);
        EndIfDelivered(file.Graph);
    }

    // Asking for it again would fail again, and other graphs may well go on.
    private void OnFileNotStaged(FileNotStaged e)
    {
        if (Find(e.File) is { FetchSource: { } source, Producer: { } producer } file)
            FailTask(producer, source, Failure.Of(FailureKind.Lost, e.Reason));
    }

    private void ReleaseIfUnneeded(VineFile file)
    {
        if (file.IsNeeded)
            return;
        // Nothing makes a value of the graph again, and a lost file may have to be rebuilt from it.
        if (file.Producer is null)
            ReleaseReplicas(file);
        else
            Release(file);
    }

    private void ReleaseReplicas(VineFile file)
    {
        foreach (var worker in file.Holders)
        {
            worker.Files.Remove(file);
            Emit(new ToWorker(worker.Id, new Release([file.Id])));
        }

        file.Holders.Clear();
    }

    private void Release(VineFile file)
    {
        ReleaseReplicas(file);
        file.Destinations.Clear();
        file.Value = null;
        // Of one that is being fetched a part may be there.
        if (file.Staged || file.FetchSource is not null)
            Emit(new DropStaged(file.Id));
        file.Staged = false;
        file.FetchSource = null;
    }

    private void LoseReplica(VineFile file, VineWorker worker)
    {
        worker.Files.Remove(file);
        file.Holders.Remove(worker);
        file.Destinations.Remove(worker);
        if (file.FetchSource == worker)
        {
            file.FetchSource = null;
            if (file.Holders.Count > 0)
                Fetch(file);
            else
                Emit(new DropStaged(file.Id));
        }

        if (file.IsAvailable)
            BringAgain(file, worker);
        else if (file.IsNeeded)
            Rebuild(file);
    }

    // The worker may have lost only this file, and run tasks that wait for it.
    private void BringAgain(VineFile file, VineWorker worker)
    {
        if (IsConnected(worker) && file.Consumers.Any(consumer => consumer.Worker == worker))
            Bring(file, worker);
    }

    /// <summary>Runs the producer of a lost file again and, as far as they were released, the producers of its inputs.</summary>
    private void Rebuild(VineFile lost)
    {
        lost.Destinations.Clear();
        TakeBackConsumers(lost);
        var pending = new Stack<VineFile>();
        pending.Push(lost);
        while (pending.TryPop(out var file))
        {
            // A value of the graph never leaves the manager, so whatever is lost has a producer.
            var producer = file.Producer!;
            if (producer.State != VineTaskState.Done)
                continue;
            producer.Recovering = true;
            producer.Graph.DoneCount--;
            producer.MissingInputs = 0;
            producer.State = VineTaskState.Waiting;
            foreach (var input in producer.Inputs)
            {
                input.PendingConsumers++;
                if (input.IsAvailable)
                    continue;
                producer.MissingInputs++;
                if (input.Producer!.State == VineTaskState.Done)
                    pending.Push(input);
            }

            if (producer.MissingInputs == 0)
                MakeReady(producer);
        }
    }

    // Those that were to run with a file that has just been lost wait for it again; each occurrence as an input counts.
    private void TakeBackConsumers(VineFile file)
    {
        foreach (var consumer in file.Consumers)
        {
            switch (consumer.State)
            {
                case VineTaskState.Assigned:
                    Emit(new ToWorker(consumer.Worker!.Id, new Cancel([consumer.Id])));
                    // It may have ended there already; what it left must be gone before it is assigned there again.
                    Emit(new ToWorker(consumer.Worker.Id, new Release([consumer.Output.Id])));
                    var worker = consumer.Worker;
                    Unassign(consumer, mayRun: true);
                    AskIfCancelled(worker);
                    consumer.State = VineTaskState.Waiting;
                    consumer.MissingInputs = 1;
                    break;
                case VineTaskState.Ready:
                    consumer.State = VineTaskState.Waiting;
                    consumer.MissingInputs = 1;
                    break;
                case VineTaskState.Waiting:
                    consumer.MissingInputs++;
                    break;
            }
        }
    }
}
