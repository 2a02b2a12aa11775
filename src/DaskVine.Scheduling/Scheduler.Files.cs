using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Where files are, how they get to the manager, and when they may go.</summary>
public sealed partial class Scheduler
{
    private void AddHolder(VineFile file, VineWorker worker)
    {
        worker.Leftovers.Remove(file);
        if (!worker.Files.Add(file))
            return;
        file.Holders.Add(worker);
        worker.StoredBytes += file.Size;
        _board.OnHeld(file, worker);
        // Those that wait for it may have it from here. If it was made here, it does not have to come from elsewhere.
        if (worker.Arriving.TryGetValue(file, out var arrival))
            End(arrival);
        OnStored(worker);
    }

    private void RemoveHolder(VineFile file, VineWorker worker)
    {
        if (!worker.Files.Remove(file))
            return;
        file.Holders.Remove(worker);
        if (file.IsSpread)
            file.Spread.Given.Remove(worker);
        if (file.IsSpread && file.Holders.Count == 0)
            file.Spread.Givers.Clear();
        worker.StoredBytes -= file.Size;
        _board.OnLost(file, worker, _now);
        TakeBackHeld(file, worker);
    }

    private static void Resize(VineFile file, long size)
    {
        foreach (var holder in file.Holders)
            holder.StoredBytes += size - file.Size;
        file.Size = size;
    }

    private void Fetch(VineFile file)
    {
        // One that is leaving is a holder until all that it held is settled.
        if (file.FetchSource is not null || file.AtManager || file.Holders.Find(IsConnected) is not { } source)
            return;
        file.FetchSource = source;
        Emit(new ToWorker(file.FetchSource.Id, new Fetch(file.Id)));
    }

    private void OnFileStaged(FileStaged e)
    {
        var file = Find(e.File);
        if (file is null or { FetchSource: null, Declared: not { Kind: FileKind.Data } })
        {
            // Released while it was on its way.
            if (file is not { AtManager: true })
                Emit(new DropStaged(e.File));
            return;
        }

        CountFetch(file);
        file.FetchSource = null;
        var wasAvailable = file.IsAvailable;
        file.Staged = true;
        file.IsArchive = e.Size >= 0 && e.Size != file.Size;
        if (file.IsArchive)
            Emit(new ServeDirectory(file.Id));
        if (!wasAvailable && file.IsAvailable)
            BecomeAvailable(file);
        ServeWaiting(file);
        if (file.Graph.Returns && file.Producer is not null && file.HasOrigin)
            ReleaseReplicas(file);
        OnAvailable(file);
        EndIfDelivered(file.Graph);
    }

    // Asking for it again would fail again, and other graphs may well go on.
    private void OnFileNotStaged(FileNotStaged e)
    {
        if (Find(e.File) is not { } file)
            return;
        if (file.FetchSource is { } source)
            CannotPass(file, source, e.Reason);
        else if (file.Declared is not null)
            GiveUpDeclared(file, e.Reason);
    }

    // It cannot come to the manager, nor through it to others.
    private void CannotPass(VineFile file, VineWorker source, string reason)
    {
        if (file.Producer is { Mode: not TaskMode.Command } producer)
        {
            FailTask(producer, source.Name, Failure.Of(FailureKind.Lost, reason));
            return;
        }

        file.FetchSource = null;
        Emit(new DropStaged(file.Id));
        foreach (var arrival in file.Arrivals.Where(arrival => arrival.State == ArrivalState.Waiting && !HasReachableHolder(file, arrival.Destination)).ToList())
            GiveUp(arrival, reason);
        FailWanted(file, source.Name, reason);
    }

    private void GiveUpDeclared(VineFile file, string reason)
    {
        Release(file);
        NoteNotMade(file, reason);
    }

    /// <summary>Those that wait for a file have one less to wait for.</summary>
    private void BecomeAvailable(VineFile file)
    {
        foreach (var consumer in file.Consumers)
        {
            if (consumer.State == VineTaskState.Waiting && --consumer.MissingInputs == 0)
                MakeReady(consumer);
        }

        // What is made from it at a worker may wait there already.
        ServeWaiting(file);
    }

    private void ReleaseIfUnneeded(VineFile file)
    {
        if (file.IsNeeded)
            return;
        // Nothing makes a value of the graph again, and a lost file may have to be rebuilt from it.
        if (file.Producer is null && !file.Forgotten)
            ReleaseReplicas(file);
        else
            Release(file);
    }

    private void ReleaseReplicas(VineFile file)
    {
        EndArrivals(file);
        foreach (var worker in file.Holders.ToArray())
        {
            RemoveHolder(file, worker);
            Emit(new ToWorker(worker.Id, new Release([file.Id])));
            EndMadeFrom(file, worker);
        }
    }

    private void Release(VineFile file)
    {
        ReleaseReplicas(file);
        file.Value = null;
        // Of one that is being fetched, or that the client sends, a part may be there.
        if (file.Staged || file.FetchSource is not null || file.Declared is { Kind: FileKind.Data })
            Emit(new DropStaged(file.Id));
        file.Staged = false;
        file.FetchSource = null;
    }

    /// <summary>Deletes one copy of a file that others have too.</summary>
    private void Evict(VineFile file, VineWorker worker)
    {
        if (file.FetchSource == worker)
            return;
        Emit(new ToWorker(worker.Id, new Release([file.Id])));
        LoseReplica(file, worker);
    }
}
