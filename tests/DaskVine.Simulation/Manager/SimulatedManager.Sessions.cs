using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Manager;

/// <content>Hellos, gaps, doors that close, silence: the rules of the manager's Sessions.</content>
internal sealed partial class SimulatedManager
{
    private const string Instance = "manager";
    private const int HeartbeatsMissed = 6;

    private readonly HashSet<long> _openDoors = [];
    // The same peers by each of their names.
    private readonly Dictionary<string, SimulatedPeer> _byInstance = [];
    private readonly Dictionary<long, SimulatedPeer> _byToken = [];
    private readonly Dictionary<WorkerId, SimulatedPeer> _workers = [];
    private readonly Dictionary<ClientId, SimulatedPeer> _clients = [];
    private long _lastToken;
    private int _lastWorker;
    private int _lastClient;

    public long OpenDoor()
    {
        _openDoors.Add(++_lastToken);
        return _lastToken;
    }

    private SimulatedPeer? Find(WorkerId worker) => _workers.GetValueOrDefault(worker);

    private SimulatedPeer? Find(ClientId client) => _clients.GetValueOrDefault(client);

    private void OnDoorClosed(long token)
    {
        _openDoors.Remove(token);
        if (_byToken.TryGetValue(token, out var peer))
            End(peer, crashed: !peer.Leaving, "its process ended");
    }

    private SimulatedPeer? ReceiveInSession(Connection from, IncomingMessage message, long bytes)
    {
        if (message.Records is [Hello hello, ..])
        {
            OnHello(from, hello, message.Header);
            return null;
        }

        if (!_byInstance.TryGetValue(from.Instance, out var peer))
        {
            SendUnlinked(from, new Rehello("this manager does not know the link"));
            return null;
        }

        peer.LastHeard = _world.Clock.Now;
        var verdict = peer.Link.Outbox.Receive(message.Header, bytes);
        if (verdict == LinkVerdict.Gap)
            SendUnlinked(from, new Rehello("a message before this one was lost"));
        return verdict == LinkVerdict.Deliver ? peer : null;
    }

    private void OnHello(Connection from, Hello hello, in LinkHeader header)
    {
        if (!_openDoors.Contains(hello.Token))
        {
            SendUnlinked(from, new Refuse("it has no open connection at the door with that token"));
            return;
        }

        var outbox = new Outbox(header.Epoch, from.IsWorker ? _world.Options.Credit : _world.Options.ClientCredit);
        outbox.Receive(header, 0);
        var link = new LinkEnd(outbox, from.Down, BulkWaitingBytes);
        if (!_byInstance.TryGetValue(from.Instance, out var peer))
        {
            peer = from.IsWorker
                ? new SimulatedPeer(from, link, hello.Name) { Worker = new WorkerId(++_lastWorker) }
                : new SimulatedPeer(from, link, hello.Name) { Client = new ClientId(++_lastClient) };
            Add(peer);
        }

        peer.Link = link;
        peer.Leaving = false;
        peer.Arriving.Clear();
        _byToken.Remove(peer.Token);
        peer.Token = hello.Token;
        _byToken[hello.Token] = peer;
        peer.LastHeard = _world.Clock.Now;
        link.SendUnsequenced(new Welcome(Instance, "", (int)_world.Options.Heartbeat.TotalMilliseconds));
        _events.Add(peer.Worker is { } worker ? new WorkerJoined(worker, hello) : new ClientJoined(peer.Client!.Value, hello.Name, hello.Versions));
    }

    private void Add(SimulatedPeer peer)
    {
        _byInstance.Add(peer.Connection.Instance, peer);
        if (peer.Worker is { } worker)
            _workers.Add(worker, peer);
        if (peer.Client is { } client)
            _clients.Add(client, peer);
    }

    private void End(SimulatedPeer peer, bool crashed, string reason)
    {
        _byInstance.Remove(peer.Connection.Instance);
        _byToken.Remove(peer.Token);
        if (peer.Worker is { } worker)
        {
            _workers.Remove(worker);
            _events.Add(new WorkerLeft(worker, crashed, reason));
        }

        if (peer.Client is { } client)
        {
            _clients.Remove(client);
            _events.Add(new ClientLeft(client));
        }
    }

    private void SayHeartbeats()
    {
        var silence = HeartbeatsMissed * _world.Options.Heartbeat;
        foreach (var peer in _byInstance.Values.ToArray())
        {
            if (peer.Worker is not null && _world.Clock.Now - peer.LastHeard > silence)
                End(peer, crashed: false, $"not heard for {silence.TotalSeconds:0} s");
            else
                peer.Link.SendUnsequenced(new Heartbeat(peer.Link.Outbox.Link.Sent));
        }
    }

    private static void SendUnlinked(Connection to, Record record) => to.Down.Send(OutgoingMessage.Of(record).HeaderFrame(default), []);
}
