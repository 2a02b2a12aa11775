using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Who gives a file to whom. A file spreads as a tree: each holder gives it to two at a time, and then lets those go on that have it from
/// it, as long as more replicas are on their way. So the first source gives it about twice, however many want it.
/// </summary>
public sealed partial class Scheduler
{
    private const int GivenAtOnce = 2;
    private const int SourcesLookedAt = 8;

    /// <summary>A holder that can give a file to a worker now; null when there is none, and the file will be asked for again when there may be.</summary>
    private VineWorker? SourceOf(VineFile file, VineWorker to)
    {
        if (!file.IsShared || !_tuning.PeerTransfers)
            return null;
        VineWorker? best = null;
        var bestGiven = default(Giving);
        var holders = file.Holders;
        // The latest have given it least often.
        for (var i = holders.Count - 1; i >= Math.Max(0, holders.Count - SourcesLookedAt); i--)
        {
            var source = holders[i];
            if (!MayGive(source, to))
                continue;
            if (IsLinked(source, to))
                return source;
            var given = file.Given?.GetValueOrDefault(source) ?? default;
            if (given.Now >= GivenAtOnce || (given.Total >= GivenAtOnce && file.RunningArrivals > 0))
                continue;
            if (source.Outgoing.Count >= _tuning.OutgoingLimit)
                source.Asking.Enqueue(file);
            else if (best is null || (given.Total, source.Outgoing.Count).CompareTo((bestGiven.Total, best.Outgoing.Count)) < 0)
                (best, bestGiven) = (source, given);
        }

        return best;
    }

    private bool MayGive(VineWorker source, VineWorker to)
    {
        if (source == to || source.Peer is null || to.Peer is null)
            return false;
        if (!to.Unreachable.TryGetValue(source, out var until))
            return true;
        if (_now < until)
            return false;
        to.Unreachable.Remove(source);
        return true;
    }

    private static bool IsLinked(VineWorker source, VineWorker to) => source.Peer is { Host: not "" } peer && to.Peer?.Host == peer.Host;

    /// <summary>Whether a worker may get a file from the manager or where it was declared to be.</summary>
    private bool MayComeFromOrigin(VineFile file, VineWorker to)
    {
        if (!file.HasOrigin)
            return false;
        if (file.Declared is { Kind: FileKind.Shared } || (file.Value is not null && file.Size <= _options.DirectBytes))
            return true;
        var limit = file.Declared is { Kind: FileKind.Url } && !file.AtManager ? _tuning.UrlReaders : GivenAtOnce;
        if (file.FromOrigin >= limit)
            return false;
        if (!file.IsShared || !_tuning.PeerTransfers || file.GivenByOrigin < GivenAtOnce)
            return true;
        // Once others have it or will, they spread it to those that can get it from them.
        return to.Peer is null || (file.RunningArrivals == 0 && !HasReachableHolder(file, to));
    }

    /// <summary>Whether waiting for a holder can lead anywhere; else the file has to go through the manager.</summary>
    private bool HasReachableHolder(VineFile file, VineWorker to)
    {
        if (!file.IsShared || !_tuning.PeerTransfers)
            return false;
        for (var i = file.Holders.Count - 1; i >= Math.Max(0, file.Holders.Count - SourcesLookedAt); i--)
        {
            if (MayGive(file.Holders[i], to))
                return true;
        }

        return false;
    }
}
