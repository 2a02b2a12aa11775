using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Network;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>Files that a worker gets from elsewhere: by name, by a link, in place, or over the network.</summary>
internal sealed class SimulatedTransfers(World world, SimulatedWorker worker, SimulatedCache cache, Chance chance)
{
    private const string Shared = "shared:";
    private static readonly TimeSpan s_local = TimeSpan.FromMicroseconds(50);

    private sealed record Attempt(long Number, Transfer Transfer, TimeSpan Begun)
    {
        public Flow? Flow { get; set; }

        /// <summary>What was got and is not kept yet.</summary>
        public StoredFile? Got { get; set; }
    }

    // Those that have not ended, and those whose file waits to be kept, by file.
    private readonly Dictionary<FileId, Attempt> _attempts = [];

    public int Count => _attempts.Count;

    public void Start(StartTransfer start)
    {
        var transfer = start.Transfer;
        var attempt = new Attempt(start.Attempt, transfer, world.Clock.Now);
        if (!_attempts.TryAdd(transfer.File, attempt))
            throw new PropertyBrokenException("effects", $"{worker} gets the file of {world.Book.NameOf(transfer.File)} twice at once")
            { Nodes = [world.Book.NameOf(transfer.File)] };
        if (transfer.Name.Length > 0 && cache.Named(transfer.Name) is { } named)
            After(s_local, attempt, () => End(attempt, named, 0, byName: true));
        else if (transfer.Address.StartsWith(Shared, StringComparison.Ordinal))
            After(s_local, attempt, () => Read(attempt, world.SharedFiles, transfer.Address[Shared.Length..]));
        else if (transfer.Directory.Length > 0)
            After(s_local, attempt, () => Link(attempt));
        else
            After(world.Options.Delay * 2, attempt, () => Connect(attempt));
    }

    public void Abandon(FileId file)
    {
        if (_attempts.Remove(file, out var attempt) && attempt.Flow is { } flow)
            world.Network.Stop(flow);
        cache.DropPart(file);
    }

    public void AbandonAll()
    {
        foreach (var file in _attempts.Keys.ToList())
            Abandon(file);
    }

    public void Keep(KeepFile keep)
    {
        if (!_attempts.Remove(keep.File, out var attempt) || attempt.Got is not { } got)
            throw new PropertyBrokenException("effects", $"{worker} keeps the file of {world.Book.NameOf(keep.File)}, which has not come");
        cache.Put(keep.File, got, attempt.Transfer.Address.StartsWith(Shared, StringComparison.Ordinal));
    }

    private void After(TimeSpan delay, Attempt attempt, Action act) => world.Clock.After(delay, () =>
    {
        if (!worker.Gone && _attempts.GetValueOrDefault(attempt.Transfer.File) == attempt)
            act();
    });

    private void Link(Attempt attempt)
    {
        var server = world.Servers.GetValueOrDefault(attempt.Transfer.Address);
        if (server?.Open(attempt.Transfer.File, "") is { } found && found.Size == attempt.Transfer.Size)
            End(attempt, found, 0);
        else
            Connect(attempt);
    }

    private void Connect(Attempt attempt)
    {
        var transfer = attempt.Transfer;
        var url = transfer.Address.StartsWith("http:", StringComparison.Ordinal) ? transfer.Address["http:".Length..] : "";
        var server = url.Length > 0 ? world.WebFiles : world.Servers.GetValueOrDefault(transfer.Address);
        if (server is null || (url.Length == 0 && world.IsClosed(server.Node.Name, worker.Name)))
            Fail(attempt, TransferFailureKind.Unreachable, "drawn, or it is gone");
        else
            Read(attempt, server, url);
    }

    private void Read(Attempt attempt, FileServer server, string source)
    {
        var transfer = attempt.Transfer;
        var found = server.Open(transfer.File, source);
        if (found is null || (transfer.Size > 0 && found.Size != transfer.Size) || server.Token != transfer.Token)
        {
            Fail(attempt, TransferFailureKind.NotThere, $"{server.Node.Name} does not have it");
            return;
        }

        var before = Math.Min(cache.PartOf(transfer.File), found.Size);
        attempt.Flow = world.Network.Start(server.Node, worker.Node, found.Size - before, whole => OnFlowOver(attempt, found, before, whole));
    }

    private void OnFlowOver(Attempt attempt, StoredFile found, long before, bool whole)
    {
        var file = attempt.Transfer.File;
        var moved = attempt.Flow!.Moved;
        attempt.Flow = null;
        world.Totals.BytesMoved += moved;
        if (!whole)
        {
            cache.KeepPart(file, before + moved);
            Fail(attempt, TransferFailureKind.BrokenOff, "its source fell silent");
        }
        else if (attempt.Transfer.Token.Length > 0 && world.FaultsGoOn && chance.Happens(world.Options.CorruptTransfers))
        {
            world.Totals.CountFault("corrupt transfer");
            cache.DropPart(file);
            Fail(attempt, TransferFailureKind.Corrupt, "drawn");
        }
        else
            End(attempt, found, moved);
    }

    private void End(Attempt attempt, StoredFile got, long bytes, bool byName = false)
    {
        world.Totals.Transfers++;
        if (bytes == 0)
            world.Totals.BytesLinked += got.Size;
        attempt.Got = got;
        cache.DropPart(attempt.Transfer.File);
        var durationUs = (long)(world.Clock.Now - attempt.Begun).TotalMicroseconds;
        worker.Happen(new FileGot(attempt.Number, attempt.Transfer.File, got.Size, bytes, durationUs, byName));
    }

    private void Fail(Attempt attempt, TransferFailureKind kind, string reason)
    {
        _attempts.Remove(attempt.Transfer.File);
        world.Totals.TransfersFailed++;
        worker.Happen(new FileNotGot(attempt.Number, attempt.Transfer.File, kind, reason));
    }
}
