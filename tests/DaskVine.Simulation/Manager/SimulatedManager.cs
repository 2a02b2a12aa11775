using System.Diagnostics;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Manager;

/// <summary>The manager's process on virtual sockets: turns of receive, decide, perform, flush, as ManagerProcess has them.</summary>
internal sealed partial class SimulatedManager
{
    private const int MessagesAtOnce = 256;
    private const long BulkWaitingBytes = 4L << 20;

    private readonly World _world;
    private readonly Chance _chance;
    private readonly SimulatedStaging _staging = new();
    private readonly Queue<(Connection From, WireMessage Message)> _mailbox = new();
    private readonly Queue<long> _closedDoors = new();
    private readonly List<SchedulerEvent> _events = [];
    private readonly List<SchedulerEffect> _effects = [];
    // Peers with Touched set, each once.
    private readonly List<SimulatedPeer> _touched = [];
    private TimeSpan? _wakeAt;
    private TimeSpan? _turnAt;
    private bool _beatDue;

    public SimulatedManager(World world)
    {
        _world = world;
        _chance = world.Chance.Fork();
        var options = world.Options;
        Node = new NetworkNode("manager", options.Bandwidth);
        var peer = options.ManagerServes ? new PeerEndpoint("sim://manager", "secret of the manager", "", "") : null;
        Scheduler = new Scheduler(new SchedulerOptions { Peer = peer, Replicas = options.Replicas, AnyWorker = options.AnyWorker });
        if (peer is not null)
            world.Servers.Add(peer.Address, new FileServer(Node, peer.Token, (file, _) => _staging.Find(file) is { } bytes ? world.Stored(bytes) : null));
        Beat();
    }

    public Scheduler Scheduler { get; }

    public NetworkNode Node { get; }

    public int StagedCount => _staging.Count;

    /// <summary>A message has arrived; it is looked at in the next turn.</summary>
    public void Take(Connection from, WireMessage message)
    {
        _mailbox.Enqueue((from, message));
        TurnSoon();
    }

    public void CloseDoor(long token)
    {
        _closedDoors.Enqueue(token);
        TurnSoon();
    }

    private void Beat()
    {
        _beatDue = true;
        TurnSoon();
        _world.Clock.After(_world.Options.Heartbeat, Beat);
    }

    private void TurnSoon() => TurnAt(_world.Clock.Now + (TimeSpan.FromMicroseconds(50) * _chance.Unit()));

    private void TurnAt(TimeSpan time)
    {
        if (_turnAt <= time)
            return;
        _turnAt = time;
        _world.Clock.At(time, () =>
        {
            if (_turnAt == time)
                Turn();
        });
    }

    private void Turn()
    {
        _turnAt = null;
        for (var i = 0; i < MessagesAtOnce && _mailbox.TryDequeue(out var incoming); i++)
            Receive(incoming.From, incoming.Message);
        while (_closedDoors.TryDequeue(out var token))
            OnDoorClosed(token);
        if (_beatDue)
            SayHeartbeats();
        _beatDue = false;
        if (_events.Count > 0 || _world.Clock.Now >= _wakeAt)
            Decide();
        Flush();
        if (_mailbox.Count > 0)
            TurnSoon();
        else if (_wakeAt is { } wake)
            TurnAt(wake);
    }

    private void Receive(Connection from, WireMessage message)
    {
        var incoming = IncomingMessage.Read(message.Header, message.Frames);
        if (ReceiveInSession(from, incoming, message.Bytes) is not { } peer)
            return;
        Touch(peer);
        foreach (var record in incoming.Records)
            Accept(peer, record);
    }

    private void Accept(SimulatedPeer peer, Record record)
    {
        switch (record)
        {
            case Heartbeat e when !peer.Link.Outbox.Link.HasReceived(e.Sent): SendUnlinked(peer.Connection, new Rehello("the last message was lost")); break;
            case Heartbeat: break;
            case Goodbye: peer.Leaving = true; break;
            case Chunk chunk:
                if (!_staging.Receive(chunk, peer.Arriving))
                    break;
                _world.Totals.BytesByLink += chunk.Size * _world.Options.ByteScale;
                _events.Add(new FileStaged(chunk.File));
                break;
            case Completed when _world.Sabotages(Sabotage.LostCompletion): break;
            case var _ when peer.Worker is { } worker: _events.Add(new WorkerSent(worker, record)); break;
            case var _ when peer.Client is { } client: _events.Add(new ClientSent(client, record)); break;
        }
    }

    private void Decide()
    {
        foreach (var happened in _events)
            _world.Watch(watcher => watcher.OnFact(happened));
        var begin = Stopwatch.GetTimestamp();
        _wakeAt = Scheduler.Handle(_events, _world.Clock.Now, _effects);
        _world.Totals.SchedulerTime += Stopwatch.GetElapsedTime(begin);
        _events.Clear();
        foreach (var effect in _effects)
        {
            _world.Watch(watcher => watcher.OnIntention(effect));
            Perform(effect);
        }

        _effects.Clear();
        _world.Watch(watcher => watcher.OnDecided(Scheduler));
    }

    private void Perform(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Release } when _world.Sabotages(Sabotage.DroppedRelease): break;
            case ToWorker e when Find(e.Worker) is { } peer: Post(peer, e.Record); break;
            case ToClient e when Find(e.Client) is { } peer:
                Post(peer, e.Record);
                if (e.Record is Result && _world.Sabotages(Sabotage.ResultTwice))
                    Post(peer, e.Record);
                break;
            case PutFile e when Find(e.Worker) is { } peer:
                Start(peer, e.File, e.Value, (size, offset, data) => new Chunk(e.File, size, offset, data));
                break;
            case SendValue e when Find(e.Client) is { } peer:
                Post(peer, new Result(e.Graph, e.Node, e.Value.Length, 0, e.Value));
                if (_world.Sabotages(Sabotage.ResultTwice))
                    Post(peer, new Result(e.Graph, e.Node, e.Value.Length, 0, e.Value));
                break;
            case SendFile e when Find(e.Client) is { } peer:
                Start(peer, e.File, e.Value, (size, offset, data) => new Result(e.Graph, e.Node, size, offset, data));
                break;
            case DropStaged e: _staging.Drop(e.File); break;
            case ServePath e: _staging.Serve(e); break;
            case StoreData e when _staging.Store(e):
                _events.Add(new FileStaged(e.File));
                TurnSoon();
                break;
        }
    }

    private void Post(SimulatedPeer peer, Record record)
    {
        if (record is Release release)
            Abandon(peer, release);
        peer.Link.Post(record);
        Touch(peer);
    }

    // By the link go its bytes, not what they stand for.
    private void Start(SimulatedPeer peer, FileId file, ReadOnlyMemory<byte>? value, Func<long, int, ReadOnlyMemory<byte>, Record> record)
    {
        var bytes = value ?? _staging[file];
        peer.Link.Start(new BulkTransfer(file, bytes, _world.Options.ChunkBytes, (offset, data) => record(bytes.Length, offset, data)));
        Touch(peer);
    }

    private static void Abandon(SimulatedPeer peer, Release release)
    {
        foreach (var file in release.Files)
            peer.Arriving.Remove(file);
    }

    private void Touch(SimulatedPeer peer)
    {
        if (peer.Touched)
            return;
        peer.Touched = true;
        _touched.Add(peer);
    }

    private void Flush()
    {
        foreach (var peer in _touched)
        {
            peer.Touched = false;
            peer.Link.Flush();
        }

        _touched.Clear();
    }
}
