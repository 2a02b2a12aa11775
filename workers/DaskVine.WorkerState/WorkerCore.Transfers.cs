using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Files that the manager has us get. Each Transfer is answered once, unless its file is released before, or the link ends: then the
/// inventory says what is here. A failed one fails no task, as the manager knows other sources; only what cannot be stored here cannot be
/// had from elsewhere either.
/// </content>
public sealed partial class WorkerCore
{
    private const string Shared = "shared:";
    private const string NameOnly = "name:";

    // Every file that is on its way and not here.
    private readonly Dictionary<FileId, Getting> _getting = [];

    // Of what came since the last hello, whose inventory has not had it. Empty while there is a link.
    private readonly List<Transferred> _gotUnlinked = [];

    // What was said of the last failure of each file that is not here, and of which broken transfers may have left a part. A later one
    // goes on there; one that the manager has given up meanwhile it answers with a release.
    private readonly Dictionary<FileId, TransferFailed> _parts = [];

    private long _lastAttempt;

    private void OnTransferReceived(Transfer transfer)
    {
        // The welcome was lost, so there will be another hello, and what the manager sends comes anew.
        if (!_linked && transfer.Address.Length == 0)
            return;
        var file = transfer.File;
        if (_files.SizeOf(file) is { } size)
        {
            _files.Keep(file);
            KeepName(transfer);
            ReportOnce(new Transferred(file, size, transfer.Number, 0, 0));
        }
        else if (_getting.TryGetValue(file, out var getting))
            AddSource(getting, transfer);
        else
        {
            getting = new Getting(transfer);
            _getting.Add(file, getting);
            Begin(getting);
        }
    }

    private void AddSource(Getting getting, Transfer transfer)
    {
        if (getting.Transfer.Number == transfer.Number)
            return;
        // What the manager sends comes anyway, and nothing else is to be got beside it.
        if (transfer.Address.Length == 0)
        {
            AbandonAttempt(getting);
            getting.Next = transfer;
            getting.TakeNext();
            Begin(getting);
        }
        else
            getting.Next = transfer;
    }

    /// <summary>A file that is to be made may be here under its name; returns whether that is being looked at.</summary>
    private bool TryGetByName(MakeFile make)
    {
        if (!_files.Named.Contains(make.Name))
            return false;
        if (_getting.ContainsKey(make.File))
            return true;
        var getting = new Getting(new Transfer(make.File, 0, make.Number, NameOnly, "", "", make.Name, make.Level)) { Make = make };
        _getting.Add(make.File, getting);
        Begin(getting);
        return true;
    }

    /// <summary>Starts what is to be got, or has it wait for room.</summary>
    private void Begin(Getting getting)
    {
        var transfer = getting.Transfer;
        var takesRoom = !IsElsewhere(transfer) && !(_files.Named.Contains(transfer.Name) && transfer.Address.Length > 0);
        var size = takesRoom ? transfer.Size : 0;
        var hasRoom = MakeRoom(size, but: null);
        if (transfer.Address.Length == 0)
        {
            DropPart(transfer.File);
            getting.State = GettingState.ByLink;
        }
        else if (hasRoom)
        {
            _parts.Remove(transfer.File);
            getting.State = GettingState.Running;
            getting.Attempt = ++_lastAttempt;
            Do(new StartTransfer(getting.Attempt, Understood(transfer)));
        }
        else
        {
            Postpone(getting);
            return;
        }

        Reserve(getting, size);
    }

    private void OnFileGot(FileGot e)
    {
        if (!TryEnd(e.File, e.Attempt, out var getting))
            return;
        Do(new KeepFile(e.File, e.Size));
        var transfer = getting.Transfer;
        OnFileHere(e.File, e.Size, IsElsewhere(transfer) ? FileOrigin.Elsewhere : FileOrigin.Replica);
        if (e.ByName)
            _files.TryName(e.File, transfer.Name);
        else
            KeepName(transfer);
        ReportHere(new Transferred(e.File, e.Size, transfer.Number, e.Bytes, e.DurationUs));
        if (getting.Next is { } next)
            ReportHere(new Transferred(e.File, e.Size, next.Number, 0, 0));
        KeepWithinLimit(e.File);
    }

    private void OnFileNotGot(FileNotGot e)
    {
        if (!TryEnd(e.File, e.Attempt, out var getting))
            return;
        if (getting.Make is { } make)
        {
            _files.LoseName(make.Name);
            OnMakeFileReceived(make);
            return;
        }

        if (e.Failure == TransferFailureKind.CannotStore)
        {
            Refuse(getting, e.Reason);
            return;
        }

        _parts[e.File] = new TransferFailed(e.File, getting.Transfer.Number, e.Failure, e.Reason);
        ReportOnce(_parts[e.File]);
        if (!getting.TakeNext())
            return;
        _getting.Add(e.File, getting);
        Begin(getting);
    }

    /// <summary>A file that the manager has sent is here, or another way than by a transfer.</summary>
    private void EndGetting(FileId file, long size, bool sent)
    {
        if (!_getting.Remove(file, out var getting))
        {
            if (sent)
                ReportOnce(new Transferred(file, size, 0, size, 0));
            return;
        }

        AbandonAttempt(getting);
        ReportHere(new Transferred(file, size, getting.Transfer.Number, sent ? size : 0, 0));
        if (getting.Next is { } next)
            ReportHere(new Transferred(file, size, next.Number, 0, 0));
        KeepName(getting.Transfer);
    }

    /// <summary>It cannot be stored here, wherever it comes from.</summary>
    private void Refuse(Getting getting, string reason)
    {
        var file = getting.Transfer.File;
        _getting.Remove(file);
        DropPart(file);
        ReportOnce(new TransferFailed(file, getting.Transfer.Number, TransferFailureKind.CannotStore, reason));
        if (getting.Next is { } next)
            ReportOnce(new TransferFailed(file, next.Number, TransferFailureKind.CannotStore, reason));
        FailWaiters(file, reason);
    }

    /// <summary>Nobody needs it any more.</summary>
    private void Abandon(FileId file)
    {
        if (_getting.Remove(file, out var getting))
            AbandonAttempt(getting);
    }

    private void DropPart(FileId file)
    {
        if (_parts.Remove(file))
            Do(new DropPart(file));
    }

    /// <summary>The manager may not have heard of these, or may have told us by the last link that nobody needs them.</summary>
    private void TellParts()
    {
        foreach (var (file, failed) in _parts)
        {
            if (!_getting.ContainsKey(file))
                Do(new Report(failed));
        }
    }

    private void AbandonAttempt(Getting getting)
    {
        if (getting.State == GettingState.Running)
            Do(new AbandonTransfer(getting.Attempt, getting.Transfer.File));
        Reserve(getting, 0);
    }

    /// <summary>What the manager was sending will not come; what others send will, and is as good for the next link.</summary>
    private void AbandonChunks()
    {
        foreach (var (file, getting) in _getting.Where(g => g.Value.State == GettingState.ByLink).ToArray())
        {
            Reserve(getting, 0);
            _getting.Remove(file);
        }
    }

    private void DiscardTransfers()
    {
        foreach (var getting in _getting.Values)
            Reserve(getting, 0);
        _getting.Clear();
        _parts.Clear();
        _gotUnlinked.Clear();
    }

    private bool TryEnd(FileId file, long attempt, out Getting getting)
    {
        var isPresent = _getting.TryGetValue(file, out getting!) && getting.State == GettingState.Running && getting.Attempt == attempt;
        if (!isPresent)
            return false;
        _getting.Remove(file);
        Reserve(getting, 0);
        return true;
    }

    private void ReportHere(Transferred transferred)
    {
        if (_linked)
            Do(new Report(transferred));
        else
            _gotUnlinked.Add(transferred);
    }

    private void TellGot()
    {
        foreach (var got in _gotUnlinked.Where(got => _files.IsPresent(got.File)))
            Do(new Report(got));
        _gotUnlinked.Clear();
    }

    private static bool IsElsewhere(Transfer transfer) => transfer.Address.StartsWith(Shared, StringComparison.Ordinal);

    // A name that cannot be one of a file is as good as none.
    private static Transfer Understood(Transfer transfer) => NamedFiles.IsValid(transfer.Name) ? transfer : transfer with { Name = "" };

    private void CheckTransfers()
    {
        foreach (var (file, getting) in _getting)
        {
            Invariant.Holds(getting.Transfer.File == file, $"{file} is got as {getting.Transfer.File}");
            Invariant.Holds(!_files.IsPresent(file), $"{file} is here and on its way");
            Invariant.Holds(getting.State != GettingState.Postponed || getting.Reserved == 0, $"{file} is postponed and has room");
            Invariant.Holds(_linked || getting.State != GettingState.ByLink, $"{file} is to come by a link that is not there");
        }

        Invariant.Holds(!_parts.Keys.Any(_files.IsPresent), "a part is kept of a file that is here");
        Invariant.Holds(_reserved == _getting.Values.Sum(getting => getting.Reserved), "the room that is kept is miscounted");
        Invariant.Holds(!_linked || _gotUnlinked.Count == 0, "what came unlinked was not told to the link that is there");
        Invariant.Holds(
            _postponed.Count(getting => getting.State == GettingState.Postponed && _getting.GetValueOrDefault(getting.Transfer.File) == getting)
                == _getting.Values.Count(getting => getting.State == GettingState.Postponed),
            "a postponed transfer is not queued, or twice");
    }
}
