using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Network;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <content>The worker's side of the link: hellos, messages, chunks, acknowledgements of reports.</content>
internal sealed partial class SimulatedWorker
{
    private const long BulkWaitingBytes = 4L << 20;
    private static readonly TimeSpan s_helloAgain = TimeSpan.FromSeconds(1);

    // Ordinals of reports that are to be acknowledged, by ascending ordinal.
    private readonly Queue<(long Ordinal, TaskAttempt Report)> _reports = new();
    private readonly Dictionary<FileId, ArrivingFile> _arriving = [];
    private LinkEnd? _link;
    private bool _welcome;

    /// <summary>The way to the manager broke, and the worker sees it.</summary>
    public void LoseLink(bool door)
    {
        if (Gone)
            return;
        if (door)
            Connection.CloseDoor();
        EndLink();
        Happen(new LinkLost());
        _world.Clock.After(_world.Options.Delay * 2, () =>
        {
            if (door)
                Connection.OpenDoor();
            Relink();
        });
    }

    private void OpenLink()
    {
        Connection.OpenDoor();
        Relink();
    }

    private void Relink()
    {
        if (Gone)
            return;
        EndLink();
        Happen(new LinkOpened(null));
    }

    private void EndLink()
    {
        _link?.EndBulk(_ => true);
        _link = null;
        _welcome = false;
        _arriving.Clear();
        _reports.Clear();
    }

    private void SayHello(SayHello effect)
    {
        var link = new LinkEnd(new Outbox(_chance.Next() | 1, _world.Options.Credit), Connection.Up, BulkWaitingBytes);
        _link = link;
        link.SendUnsequenced(new Hello(
            ProtocolVersion.Current, Hello.WorkerRole, Name, Plan.Title ?? Name, Connection.Token,
            new Dictionary<string, string>(), Cores, effect.Files, effect.Tasks, Plan.Resources, Peer, Plan.Disk));
        _world.Clock.After(s_helloAgain, () =>
        {
            if (_link == link && !_welcome)
                OpenLink();
        });
    }

    private void Beat()
    {
        if (Gone)
            return;
        if (_welcome)
            _link!.SendUnsequenced(new Heartbeat(_link.Outbox.Link.Sent));
        _world.Clock.After(_world.Options.Heartbeat, Beat);
    }

    private void TakeMessage(WireMessage message)
    {
        if (Gone)
            return;
        var incoming = IncomingMessage.Read(message.Header, message.Frames);
        if (incoming.Records is [Rehello or Refuse])
        {
            OpenLink();
            return;
        }

        if (_link is null)
            return;
        switch (_link.Outbox.Receive(incoming.Header, message.Bytes))
        {
            case LinkVerdict.Gap: Relink(); return;
            case LinkVerdict.Deliver: break;
            default: return;
        }

        foreach (var record in incoming.Records)
            Accept(record);
        if (_link is null)
            return;
        TellAcknowledged();
        TurnAt(_world.Clock.Now);
    }

    private void Accept(Record record)
    {
        switch (record)
        {
            case Welcome e:
                _welcome = true;
                Happen(new Welcomed(e.Manager));
                break;
            case Assign e: Happen(new AssignReceived(e)); break;
            case FunctionCode e: Happen(new FunctionReceived(e)); break;
            case ForgetFunctions e: Happen(new FunctionsForgotten(e.Numbers)); break;
            case Retract e: Happen(new RetractReceived(e.Tasks)); break;
            case Cancel e: Happen(new CancelReceived(e.Tasks)); break;
            case Transfer e: Happen(new TransferReceived(e)); break;
            case MakeFile e: Happen(new MakeFileReceived(e)); break;
            case Release e:
                foreach (var file in e.Files)
                    _arriving.Remove(file);

                Happen(new ReleaseReceived(e.Files));
                break;
            case Fetch e: Happen(new FetchReceived(e.File)); break;
            case Chunk e: TakeChunk(e); break;
            case Heartbeat e when !_link!.Outbox.Link.HasReceived(e.Sent): Relink(); break;
            case Heartbeat: break;
            default: throw new PropertyBrokenException("protocol", $"a worker gets {record.Kind}");
        }
    }

    private void TakeChunk(Chunk chunk)
    {
        if (chunk.Offset == 0)
            _arriving[chunk.File] = new ArrivingFile(chunk.Size);
        var file = _arriving[chunk.File];
        file.Add(chunk.Offset, chunk.Data);
        if (!file.IsWhole)
            return;
        _arriving.Remove(chunk.File);
        var content = _world.Stored(file.Bytes);
        _cache.Put(chunk.File, content);
        _world.Totals.BytesByLink += content.Size;
        Happen(new FileArrived(chunk.File, content.Size));
    }

    private void TellAcknowledged()
    {
        var acknowledged = new List<TaskAttempt>();
        while (_reports.TryPeek(out var first) && first.Ordinal <= _link!.Outbox.AcknowledgedRecords)
            acknowledged.Add(_reports.Dequeue().Report);
        if (acknowledged.Count > 0)
            Happen(new ReportsAcknowledged(acknowledged));
    }

    private void PostReport(Record record)
    {
        // The link may have ended since the core decided.
        if (_link is null)
            return;
        var ordinal = _link.Post(record);
        if (record is Completed completed)
            _reports.Enqueue((ordinal, new TaskAttempt(completed.Task, completed.Attempt)));
        if (record is Failed failed)
            _reports.Enqueue((ordinal, new TaskAttempt(failed.Task, failed.Attempt)));
    }

    private BulkTransfer BulkOf(FileId file, byte[] bytes) =>
        new(file, bytes, _world.Options.ChunkBytes, (offset, data) => new Chunk(file, bytes.Length, offset, data))
        {
            Ended = () => Happen(new UploadEnded(file)),
        };

    private void Upload(FileId file)
    {
        if (_cache.Find(file) is { } found && (!found.IsWhole || Breaks()))
            _cache.Remove(file);
        if (_cache.Open(file) is not { } content)
            Happen(new FileUnreadable(file, "drawn"));
        else if (_link is null)
            Happen(new UploadEnded(file));
        else
            _link.Start(BulkOf(file, content.Bytes));
    }
}
