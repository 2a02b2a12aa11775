using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Values.Results;

namespace DaskVine.Manager;

/// <summary>Performs the scheduler's effects: records go to outboxes, large files are pumped while there is room.</summary>
internal sealed class Performer(PeerTable peers, Staging staging, FileServer files, List<SchedulerEvent> events)
{
    // Enough to keep a link busy, little enough that small records do not wait long behind it.
    private const long BulkWaitingBytes = 4L << 20;

    // More than that, so that what is watched goes on beside large files.
    private const long WatchWaitingBytes = 2 * BulkWaitingBytes;

    // Files of clients of which a part has come.
    private readonly Dictionary<FileId, StagedFile> _uploading = [];

    // Peers with Touched set, each once.
    private readonly List<Peer> _touched = [];

    // All peers with Gathered set.
    private readonly List<Peer> _gathering = [];

    public void Perform(List<SchedulerEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case ToWorker e when peers.Find(e.Worker) is { } peer: Post(peer, e.Record); break;
                case ToClient e when peers.Find(e.Client) is { } peer: Post(peer, e.Record); break;
                case PutFile e when peers.Find(e.Worker) is { } peer:
                    Start(peer, e.File, e.Value, (size, offset, data) => new Chunk(e.File, size, offset, data));
                    break;
                case SendFile e when peers.Find(e.Client) is { } peer:
                    Start(peer, e.File, e.Value, (size, offset, data) => new Result(e.Graph, e.Node, size, offset, data), e.IsValue);
                    break;
                case SendValue e when peers.Find(e.Client) is { } peer: Gather(peer, e); break;
                case PassOutput e when peers.Find(e.Client) is { } peer:
                    peer.Following.Enqueue((e.Worker, e.Next));
                    Post(peer, e.Piece);
                    break;
                case ServePath e: files.Add(e.File, e.Path); break;
                case ServeDirectory e: files.ServeAsDirectory(e.File); break;
                case StoreData e: Store(e); break;
                case DropStaged e: Drop(e.File); break;
                case ToWorker or ToClient or PutFile or SendFile or SendValue or PassOutput:
                    // The peer has gone; the scheduler learns of it from the event that is on its way.
                    break;
                default: throw new InvalidOperationException($"nothing performs {effect.GetType().Name}");
            }
        }

        effects.Clear();
        foreach (var peer in _gathering)
            PostGathered(peer);
        _gathering.Clear();
    }

    public void Touch(Peer peer)
    {
        if (peer.Touched)
            return;
        peer.Touched = true;
        _touched.Add(peer);
    }

    /// <summary>Sends what may be sent.</summary>
    public void Flush()
    {
        // More are touched on the way.
        for (var i = 0; i < _touched.Count; i++)
        {
            var peer = _touched[i];
            peer.Touched = false;
            do
            {
                Pump(peer);
                while (peer.Outbox.TryTake(out var header, out var frames))
                    peer.Socket.Send(peer.Instance, header, frames);
            }
            while (peer.Bulk.Count > 0 && peer.Outbox.WaitingBytes < BulkWaitingBytes);
            AskForMore(peer);
        }

        _touched.Clear();
    }

    private void Store(StoreData part)
    {
        try
        {
            if (!staging.Receive(new Chunk(part.File, part.Size, part.Offset, part.Data), _uploading))
                return;
            files.Add(part.File, staging.Find(part.File)!.Path);
            events.Add(new FileStaged(part.File));
        }
        catch (Exception e) when (e is ManagerException or ProtocolException)
        {
            Console.Error.WriteLine($"manager: {e.Message}");
            events.Add(new FileNotStaged(part.File, e.Message));
        }
    }

    private void Drop(FileId file)
    {
        files.Remove(file);
        staging.Drop(file);
        if (_uploading.Remove(file, out var part))
            part.Dispose();
    }

    // Small values go out together, but nothing that follows them overtakes them.
    private void Gather(Peer peer, SendValue value)
    {
        if (PickleFrame.IsStream(value.Value.Span))
        {
            Post(peer, new Result(value.Graph, value.Node, value.Value.Length, 0, value.Value));
            return;
        }

        if (peer.Gathered is { } rows && (peer.GatheredGraph != value.Graph || rows.Bytes >= BulkTransfer.ChunkBytes))
            PostGathered(peer);
        if (peer.Gathered is null)
        {
            peer.Gathered = new ResultRows();
            peer.GatheredGraph = value.Graph;
            _gathering.Add(peer);
        }

        peer.Gathered.Add(value.Node, value.Value.Span);
    }

    private void PostGathered(Peer peer)
    {
        if (peer.Gathered is not { } rows)
            return;
        peer.Gathered = null;
        foreach (var (nodes, stream) in rows.Take())
            peer.Outbox.Post(new Results(peer.GatheredGraph, nodes, stream));
        Touch(peer);
    }

    private void Post(Peer peer, Record record)
    {
        PostGathered(peer);
        // What is on its way to a worker that is to drop it would stay there for ever; what is on its way here, here.
        if (record is Release release)
            Abandon(peer, release);
        peer.Outbox.Post(record);
        Touch(peer);
    }

    private void Start(Peer peer, FileId file, ReadOnlyMemory<byte>? value, ChunkRecord record, bool isValue = false)
    {
        var transfer = value is { } bytes ? new BulkTransfer(file, bytes, record)
            : StagedOf(file) is { } staged ? new BulkTransfer(staged, record)
            : null;
        if (transfer is null)
            return;
        if (isValue)
            transfer.BeStream();
        peer.Bulk.Enqueue(transfer);
        Touch(peer);
    }

    // What a client has declared may have vanished since.
    private StagedFile? StagedOf(FileId file)
    {
        if (staging.Find(file) is { } staged)
            return staged;
        var path = files.PathOf(file) ?? throw new InvalidOperationException($"{file} is to be sent and is not here");
        try
        {
            return StagedFile.Borrow(path, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            events.Add(new FileNotStaged(file, $"{path} cannot be read: {e.Message}"));
            return null;
        }
    }

    private void AskForMore(Peer client)
    {
        while (client.Outbox.WaitingBytes < WatchWaitingBytes && client.Following.TryDequeue(out var next))
        {
            if (peers.Find(next.Worker) is { } worker)
                Post(worker, next.Next);
        }
    }

    private static void Pump(Peer peer)
    {
        while (peer.Outbox.WaitingBytes < BulkWaitingBytes && peer.Bulk.TryPeek(out var transfer))
        {
            if (transfer.Next() is { } record)
                peer.Outbox.Post(record);
            else
                peer.Bulk.Dequeue().Dispose();
        }
    }

    private static void Abandon(Peer peer, Release release)
    {
        for (var left = peer.Bulk.Count; left > 0; left--)
        {
            var transfer = peer.Bulk.Dequeue();
            if (release.Files.Contains(transfer.File))
                transfer.Dispose();
            else
                peer.Bulk.Enqueue(transfer);
        }

        foreach (var file in release.Files)
            peer.DropArriving(file);
    }
}
