using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>How many copies there are: more of results that would be costly to lose, fewer where disks fill.</summary>
public sealed partial class Scheduler
{
    private const int DestinationsLookedAt = 8;
    private const int FilesLookedAt = 64;

    // In hundredths of a worker's limit: from here on it is relieved, and to below that others may be given to.
    private const int NearlyFull = 90;
    private const int HasSpace = 70;

    // Files with ReplicationDue set, each once.
    private readonly Queue<VineFile> _replications = new();
    private int _nextDestination;

    /// <summary>A file with fewer replicas than wanted is given to more workers, when those have time.</summary>
    private void ReplicateLater(VineFile file)
    {
        if (file.ReplicationDue || !IsReplicated(file))
            return;
        file.ReplicationDue = true;
        _replications.Enqueue(file);
    }

    private bool IsReplicated(VineFile file) =>
        _tuning.Replicas > 1 && file.Producer is not null && !file.AtManager && file.IsShared && file.IsNeeded
        && file.Holders.Count > 0 && file.Holders.Count + file.Arrivals.Count < Math.Min(_tuning.Replicas, _workers.Count);

    private void Replicate()
    {
        var started = 0;
        for (var left = _replications.Count; left > 0 && started < _tuning.ReplicasPerStep; left--)
        {
            var file = _replications.Dequeue();
            file.ReplicationDue = false;
            if (Find(file.Id) != file || !IsReplicated(file) || FreestWorker(file) is not { } worker)
                continue;
            Bring(file, worker);
            ReplicateLater(file);
            started++;
        }
    }

    /// <summary>Of a few workers that do not have a file, the one with the most space; null when none of them has any.</summary>
    private VineWorker? FreestWorker(VineFile file)
    {
        VineWorker? best = null;
        for (var i = 0; i < Math.Min(DestinationsLookedAt, _index.Count); i++)
        {
            var worker = _index.InTurn(ref _nextDestination);
            if (worker.Peer is null || worker.Files.Contains(file) || worker.Arriving.ContainsKey(file) || Fullness(worker, file.Size) > HasSpace)
                continue;
            if (best is null || Fullness(worker, 0) < Fullness(best, 0) || (worker.Disk == 0 && worker.StoredBytes < best.StoredBytes))
                best = worker;
        }

        return best;
    }

    // In hundredths, with as many bytes more.
    private static long Fullness(VineWorker worker, long more) => worker.Disk == 0 ? 0 : (worker.StoredBytes + more) * 100 / worker.Disk;

    private void OnStored(VineWorker worker)
    {
        if (Fullness(worker, 0) >= NearlyFull)
            Relieve(worker);
    }

    /// <summary>
    /// Deletes copies that others have too, and what nobody waits for, as it can be made again; moves what nobody else has to where there is space.
    /// </summary>
    private void Relieve(VineWorker worker)
    {
        var excess = worker.StoredBytes - (worker.Disk * HasSpace / 100);
        foreach (var file in worker.Files.Take(FilesLookedAt).OrderBy(file => file.IsDemanded).ThenByDescending(file => file.Size).ThenBy(file => file.Id.Value).ToList())
        {
            if (excess <= 0)
                return;
            if (!worker.Files.Contains(file) || IsUsedAt(file, worker))
                continue;
            if (file.Holders.Count > 1 || file.HasOrigin || !((_tuning.ShiftDiskLoad && TryMove(file, worker)) || ComesBack(file)))
                Evict(file, worker);
            else if (!file.Arrivals.Any(arrival => arrival.Relieves == worker))
                continue;
            excess -= file.Size;
        }
    }

    private bool TryMove(VineFile file, VineWorker from)
    {
        if (file.Arrivals.Count > 0 || FreestWorker(file) is not { } to)
            return false;
        Bring(file, to);
        to.Arriving[file].Relieves = from;
        return true;
    }

    private static bool IsUsedAt(VineFile file, VineWorker worker) =>
        file.FetchSource == worker || (file.IsSpread && file.Spread.Given.GetValueOrDefault(worker).Now > 0)
        || MadeFrom(file, worker).Count > 0 || file is { Wanted: true, AtManager: false, Holders.Count: 1 }
        || (file.PendingConsumers > 0 && file.Consumers.Any(consumer => consumer.Worker == worker));

    /// <summary>A replica has come that is one more than wanted: the oldest that nobody uses may go.</summary>
    private void CleanRedundant(VineFile file)
    {
        if (!_tuning.CleanRedundant || file.Producer is null)
            return;
        var spare = file.Holders.Count - Math.Max(1, _tuning.Replicas);
        foreach (var holder in file.Holders.ToArray())
        {
            if (spare <= 0)
                return;
            if (IsUsedAt(file, holder))
                continue;
            Evict(file, holder);
            spare--;
        }
    }
}
