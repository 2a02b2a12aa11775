using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What was lost comes back: from another replica, or from the task that made it.</summary>
public sealed partial class Scheduler
{
    private void LoseReplica(VineFile file, VineWorker worker)
    {
        var wasAvailable = file.IsAvailable;
        RemoveHolder(file, worker);
        if (file.FetchSource == worker)
        {
            file.FetchSource = null;
            if (file.Holders.Count > 0)
                Fetch(file);
            else
                Emit(new DropStaged(file.Id));
        }

        RestartArrivalsFrom(worker, file);
        if (file.IsAvailable)
        {
            ServeWaiting(file);
            BringAgain(file, worker);
            ReplicateLater(file);
            SeeToWanted(file);
        }
        else if (ComesBack(file))
        {
            EndMadeFrom(file, worker);
            // Those that wait for the manager to have it have counted it as missing already.
            if (wasAvailable)
                Rebuild(file);
            else if (file.Holders.Count == 0)
                Remake(file);
        }
        else
        {
            EndMadeFrom(file, worker);
            EndArrivals(file);
        }
    }

    /// <summary>Whether a file is made again as soon as nobody has it.</summary>
    private bool ComesBack(VineFile file) => file.IsDemanded || (_tuning.ImmediateRecovery && file.IsNeeded);

    private void RestartArrivalsFrom(VineWorker source, VineFile file)
    {
        if (source.Outgoing.Count == 0)
            return;
        foreach (var arrival in file.Arrivals.Where(arrival => arrival.Source == source).ToList())
        {
            Stop(arrival);
            if (file.IsAvailable && arrival.State == ArrivalState.Waiting)
                Start(arrival);
            ServeDelayed(arrival.Destination);
        }
    }

    // The worker may have lost only this file, and run tasks that wait for it.
    private void BringAgain(VineFile file, VineWorker worker)
    {
        if (IsConnected(worker) && (file.Consumers.Any(consumer => consumer.Worker == worker) || MadeFrom(file, worker).Count > 0))
            Bring(file, worker);
    }

    /// <summary>Runs the producer of a lost file again and, as far as they were released, the producers of its inputs.</summary>
    private void Rebuild(VineFile lost)
    {
        EndArrivals(lost);
        TakeBackConsumers(lost);
        Remake(lost);
    }

    private void Remake(VineFile lost)
    {
        VineTask? helpless = null;
        var pending = new Stack<VineFile>();
        pending.Push(lost);
        while (pending.TryPop(out var file))
        {
            // A value of the graph never leaves the manager, so whatever is lost has a producer; what was declared may still be to come. What is
            // returned is on its way to the manager as long as somebody has it.
            if (file.Producer is not { State: VineTaskState.Done, IsOver: false } producer || file.NotMade || file.Holders.Count > 0)
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
                pending.Push(input);
                if (input.NeverComes)
                    helpless = producer;
            }

            if (producer.MissingInputs == 0)
                MakeReady(producer);
        }

        if (helpless is not null)
            FailForInput(helpless, "it was to run again, and an input was forgotten");
    }

    // Those that were to run with a file that has just been lost wait for it again; each occurrence as an input counts.
    private void TakeBackConsumers(VineFile file)
    {
        foreach (var consumer in file.Consumers)
        {
            switch (consumer.State)
            {
                case VineTaskState.Assigned:
                    Withdraw(consumer);
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

    /// <summary>Takes an assigned task back from its worker, where it may run on for a moment.</summary>
    private void Withdraw(VineTask task)
    {
        var worker = task.Worker!;
        Emit(new ToWorker(worker.Id, new Cancel([task.Id])));
        // It may have ended there already; what it left must be gone before it is assigned there again.
        var left = task.Outputs.Prepend(task.Output).Where(output => !worker.Files.Contains(output) && !worker.Arriving.ContainsKey(output));
        if (left.Select(output => output.Id).ToArray() is { Length: > 0 } files)
            Emit(new ToWorker(worker.Id, new Release(files)));
        Unassign(task, mayRun: true);
        AskIfCancelled(worker);
    }
}
