using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <content>What workers say of arrivals.</content>
public sealed partial class Scheduler
{
    private void OnTransferred(VineWorker worker, Transferred done)
    {
        if (Find(done.File) is not { } file)
        {
            Emit(new ToWorker(worker.Id, new Release([done.File])));
            return;
        }

        if (!worker.Arriving.TryGetValue(file, out var arrival) || arrival.Number != done.Number || arrival.State != ArrivalState.Running)
        {
            // An answer that nobody waits for: from before a new link, say. What is awaited or counted is not to be deleted.
            arrival?.HasPart |= arrival.IsReceived;
            if (arrival is null && !worker.Files.Contains(file) && file.Producer?.Worker == worker)
                worker.Leftovers.Add(file);
            else if (arrival is null && !worker.Files.Contains(file))
                Emit(new ToWorker(worker.Id, new Release([done.File])));
            return;
        }

        CountMovement(arrival, done);
        var relieves = arrival.Relieves;
        if (file.Holders.Count == 0 && file.Size == 0)
            file.Size = done.Size;
        AddHolder(file, worker);
        ServeWaiting(file);
        if (relieves is not null && relieves.Files.Contains(file) && file.Holders.Count > 1)
            Evict(file, relieves);
        else
            CleanRedundant(file);
        OnAvailable(file);
        EndIfDelivered(file.Graph);
    }

    private void OnTransferFailed(VineWorker worker, TransferFailed failed)
    {
        if (Find(failed.File) is not { } file)
        {
            Emit(new ToWorker(worker.Id, new Release([failed.File])));
            return;
        }

        if (!worker.Arriving.TryGetValue(file, out var arrival))
        {
            // An answer that nobody waits for.
            ReleasePart(file, worker);
            return;
        }

        arrival.HasPart = arrival.IsReceived && failed.Failure != TransferFailureKind.CannotStore;
        if (arrival.Number != failed.Number || arrival.State != ArrivalState.Running)
            return;
        var (source, byManager) = (arrival.Source, arrival.IsFromOrigin && file.Staged);
        Stop(arrival);
        switch (failed.Failure)
        {
            case TransferFailureKind.CannotStore or TransferFailureKind.NotMade:
                GiveUp(arrival, failed.Reason);
                return;
            case TransferFailureKind.Unreachable or TransferFailureKind.BrokenOff when source is not null:
                worker.Unreachable[source] = _now + _tuning.TransientErrorTime;
                break;
            case TransferFailureKind.NotThere or TransferFailureKind.Corrupt when source is not null:
                // A copy that is not what it was must not be given to anybody.
                Emit(new ToWorker(source.Id, new Release([file.Id])));
                LoseReplica(file, source);
                break;
            default:
                if (byManager && !arrival.ByLink && failed.Failure is not TransferFailureKind.NotThere)
                {
                    arrival.ByLink = true;
                    break;
                }

                GiveUp(arrival, failed.Reason);
                return;
        }

        // What was lost with it may have ended it, or have started it again.
        if (arrival.State == ArrivalState.Waiting && worker.Arriving.GetValueOrDefault(file) == arrival && !file.Spread.Waiting.Contains(arrival))
            Start(arrival);
        ServeWaiting(file);
        ServeDelayed(worker);
    }

    /// <summary>A file cannot be had at a worker, so what was to be made of it there cannot be had either.</summary>
    private void GiveUp(Arrival arrival, string reason)
    {
        // What it was to be made from, by way of another file, may have ended it.
        if (arrival.State == ArrivalState.Ended)
            return;
        var (file, worker) = (arrival.File, arrival.Destination);
        End(arrival);
        if (arrival.HasPart)
            ReleasePart(file, worker);
        ServeWaiting(file);
        ServeDelayed(worker);
        foreach (var consumer in file.Consumers.Where(consumer => consumer.Worker == worker).Distinct().ToList())
        {
            if (consumer.State == VineTaskState.Assigned && consumer.Worker == worker)
                FailForInput(consumer, $"{NameFor(file)} cannot be had at worker {worker.Name}: {reason}");
        }

        foreach (var made in MadeFrom(file, worker))
        {
            Emit(new ToWorker(worker.Id, new Release([made.File.Id])));
            GiveUp(made, reason);
        }

        if (file.Holders.Count == 0 && file.Arrivals.Count == 0)
            FailWanted(file, worker.Name, reason);
    }

    // What has come of a file is not to stay where nobody waits for it.
    private void ReleasePart(VineFile file, VineWorker worker)
    {
        if (worker.Files.Contains(file))
            return;
        // What is made there would go with it.
        if (file.Producer?.Worker == worker)
            worker.Leftovers.Add(file);
        else
            Emit(new ToWorker(worker.Id, new Release([file.Id])));
    }

    /// <summary>What waits at a worker to be made there from a file.</summary>
    private static List<Arrival> MadeFrom(VineFile file, VineWorker worker) =>
        file.MadeFromIt is null ? [] : [.. worker.Arriving.Values.Where(arrival => arrival.File.Maker?.Inputs.Contains(file) == true)];
}
