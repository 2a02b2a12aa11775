using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Who gives a file to whom. A file spreads as a tree: each holder gives a large one to one worker at a time, as that is the fastest way to more
/// holders, and the first steps back after two as long as more replicas are on their way. So the first source gives it about twice, however many
/// want it, and the time grows with the logarithm of their number.
/// </summary>
public sealed partial class Scheduler
{
    private const int SmallGivenAtOnce = 2;
    private const int GivenByTheFirst = 2;
    private const int SourcesLookedAt = 8;

    /// <summary>A holder that can give a file to a worker now; null when there is none, and the file will be asked for again when there may be.</summary>
    private VineWorker? SourceOf(VineFile file, VineWorker to)
    {
        if (!file.IsShared || !_tuning.PeerTransfers)
            return null;
        DropBusyGivers(file);
        VineWorker? best = null;
        var givers = file.Spread.Givers;
        for (var i = givers.Count - 1; i >= Math.Max(0, givers.Count - SourcesLookedAt); i--)
            best = Better(best, givers[i], file, to);
        var holders = file.Holders;
        for (var i = holders.Count - 1; i >= Math.Max(0, holders.Count - SourcesLookedAt); i--)
            best = Better(best, holders[i], file, to);
        return best;
    }

    // Who has time again is put at the end.
    private void DropBusyGivers(VineFile file)
    {
        var (givers, given) = (file.Spread.Givers, file.Spread.Given);
        while (givers is [.., var last] && (!last.Files.Contains(file) || given.GetValueOrDefault(last).Now >= GivenAtOnce(file)))
            givers.RemoveAt(givers.Count - 1);
    }

    /// <summary>The one of two holders that should give a file: one to link from, then the one that has given it least often.</summary>
    private VineWorker? Better(VineWorker? best, VineWorker source, VineFile file, VineWorker to)
    {
        if (source == best || !source.Files.Contains(file) || !MayGive(source, to) || (best is not null && IsLinked(best, to)))
            return best;
        if (IsLinked(source, to))
            return source;
        var given = file.Spread.Given.GetValueOrDefault(source);
        if (given.Now >= GivenAtOnce(file) || (source == file.Holders[0] && given.Total >= GivenByTheFirst && file.Spread.Running > 0))
            return best;
        if (source.Outgoing.Count >= _tuning.OutgoingLimit)
        {
            source.Asking.Enqueue(file);
            return best;
        }

        return best is null || (given.Total, source.Outgoing.Count).CompareTo((file.Spread.Given.GetValueOrDefault(best).Total, best.Outgoing.Count)) < 0 ? source : best;
    }

    private int GivenAtOnce(VineFile file) => file.Size > _options.SmallFileBytes ? 1 : SmallGivenAtOnce;

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
        var limit = file.Declared is { Kind: FileKind.Url } && !file.AtManager ? _tuning.UrlReaders : GivenAtOnce(file);
        if (file.Spread.FromOrigin >= limit)
            return false;
        if (!file.IsShared || !_tuning.PeerTransfers || file.Spread.GivenByOrigin < GivenByTheFirst)
            return true;
        // Once others have it or will, they spread it to those that can get it from them.
        return to.Peer is null || (file.Spread.Running == 0 && !HasReachableHolder(file, to));
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
