using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;

namespace DaskVine.Manager;

/// <summary>Makes links and ends them: hellos, gaps, doors that close, silence. What it learns goes to the scheduler as events.</summary>
internal sealed class Sessions(ManagerOptions options, string instance, PeerTable peers, List<SchedulerEvent> events)
{
    private const int PatienceBeats = 6;

    // Tokens of connections at the door that are open. The door's threads add: a hello may come as soon as the greeting has gone.
    private readonly ConcurrentDictionary<long, bool> _open = new();
    private int _lastWorker;
    private int _lastClient;

    /// <summary>May be called on any thread.</summary>
    public void OnDoorOpened(long token) => _open.TryAdd(token, true);

    public void OnDoorClosed(long token)
    {
        _open.TryRemove(token, out _);
        if (peers.Find(token) is { } peer)
            End(peer, crashed: !peer.Leaving, "its process ended");
    }

    /// <summary>
    /// Whether the message just received comes from who its routing id says. Where links are secured, another key cannot use the
    /// routing id of a peer that lives.
    /// </summary>
    public bool IsFromItsKey(PeerSocket socket, string from)
    {
        if (!socket.IsSecured)
            return true;
        var isKnown = socket.SenderKey is not null;
        if (isKnown && (peers.Find(from) is not { } peer || peer.Socket != socket || peer.Key == socket.SenderKey))
            return true;
        Console.Error.WriteLine($"manager: a message was dropped: key {ZapHandler.Shown(socket.SenderKey ?? "")} uses the routing id of another {socket.Role}");
        return false;
    }

    /// <summary>Takes in one message: the records to handle, or null when it was for the session alone.</summary>
    public Peer? Receive(PeerSocket socket, string from, IncomingMessage message, long bytes)
    {
        if (message.Records is [Hello hello, ..])
        {
            OnHello(socket, from, hello, message.Header);
            return null;
        }

        if (peers.Find(from) is not { } peer || peer.Socket != socket)
        {
            socket.SendUnlinked(from, new Rehello("this manager does not know the link"));
            return null;
        }

        peer.SilentBeats = 0;
        switch (peer.Outbox.Receive(message.Header, bytes))
        {
            case LinkVerdict.Deliver:
                return peer;
            case LinkVerdict.Gap:
                AskForHello(peer, "a message before this one was lost");
                return null;
            case LinkVerdict.WrongEpoch:
                // Left over from before the last hello: the peer has said it, so nothing is to be asked.
                return null;
            default:
                return null;
        }
    }

    /// <summary>Bytes came that are not of the protocol: the sender is told and has to begin anew.</summary>
    public void OnMalformed(PeerSocket socket, string from, ProtocolException reason)
    {
        Console.Error.WriteLine($"manager: malformed message refused: {reason.Message}");
        if (peers.Find(from) is { } peer && peer.Socket == socket)
            AskForHello(peer, reason.Message);
        else
            socket.SendUnlinked(from, new Refuse(reason.Message));
    }

    /// <summary>Gives up workers that were silent for too long and says a heartbeat to everybody else.</summary>
    public void Beat()
    {
        foreach (var peer in peers.All.ToArray())
        {
            // An idle client has no thread to answer with; its door tells when it is gone.
            if (peer.Worker is not null && peer.SilentBeats++ == PatienceBeats)
                End(peer, crashed: false, $"not heard for {PatienceBeats * options.Heartbeat.TotalSeconds:0} s");
            else
                SendUnsequenced(peer, new Heartbeat(peer.Outbox.Link.Sent));
        }
    }

    public static void OnHeartbeat(Peer peer, Heartbeat heartbeat)
    {
        if (!peer.Outbox.Link.HasReceived(heartbeat.Sent))
            AskForHello(peer, "the last message was lost");
    }

    private void OnHello(PeerSocket socket, string from, Hello hello, in LinkHeader header)
    {
        if (!IsAcceptable(socket, from, hello, header, out var reason))
        {
            Console.Error.WriteLine($"manager: {hello.Role} {hello.Name} refused: {reason}");
            socket.SendUnlinked(from, new Refuse(reason));
            return;
        }

        var outbox = new Outbox(header.Epoch);
        outbox.Receive(header, 0);
        var peer = peers.Find(from);
        if (peer is null)
            peers.Add(peer = NewPeer(socket, hello, outbox));
        else
            Renew(peer, hello, outbox);
        peer.SilentBeats = 0;
        SendUnsequenced(peer, new Welcome(instance, options.Name ?? "", (int)options.Heartbeat.TotalMilliseconds));
        if (peer.Worker is { } worker)
            events.Add(new WorkerJoined(worker, hello));
        else
            events.Add(new ClientJoined(peer.Client!.Value, hello.Name, hello.Versions));
        Console.Error.WriteLine($"manager: {hello.Role} {hello.Name} joined ({hello.Cores} cores)");
    }

    private bool IsAcceptable(PeerSocket socket, string from, Hello hello, in LinkHeader header, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (hello.ProtocolVersion != ProtocolVersion.Current)
            reason = $"it speaks protocol {hello.ProtocolVersion}, this manager {ProtocolVersion.Current}: use the same release on both sides";
        else if (hello.Role != socket.Role)
            reason = $"this is the socket for a {socket.Role}, not for a {hello.Role}";
        else if (hello.Instance != from)
            reason = "its instance is not its routing id";
        else if (header.Epoch == 0)
            reason = "a hello needs an epoch";
        else if (!_open.ContainsKey(hello.Token))
            reason = "it has no open connection at the door with that token";
        else if (peers.Find(from) is { } same && same.Socket != socket)
            reason = $"a {same.Socket.Role} has that instance";
        else if (peers.Find(hello.Token) is { } holder && holder.Instance != from)
            reason = "another process has that token";
        return reason is null;
    }

    private Peer NewPeer(PeerSocket socket, Hello hello, Outbox outbox) => hello.Role == Hello.WorkerRole
        ? new Peer(socket, hello.Instance, hello.Name, hello.Token, outbox) { Key = socket.SenderKey, Worker = new WorkerId(++_lastWorker) }
        : new Peer(socket, hello.Instance, hello.Name, hello.Token, outbox) { Key = socket.SenderKey, Client = new ClientId(++_lastClient) };

    private void Renew(Peer peer, Hello hello, Outbox outbox)
    {
        peers.Retoken(peer, hello.Token);
        peer.Outbox = outbox;
        peer.Leaving = false;
        peer.DropTransfers();
    }

    private void End(Peer peer, bool crashed, string reason)
    {
        peers.Remove(peer);
        peer.DropTransfers();
        Console.Error.WriteLine($"manager: {peer.Socket.Role} {peer.Name} left: {reason}");
        if (peer.Worker is { } worker)
            events.Add(new WorkerLeft(worker, crashed, reason));
        else
            events.Add(new ClientLeft(peer.Client!.Value));
    }

    private static void AskForHello(Peer peer, string reason) => peer.Socket.SendUnlinked(peer.Instance, new Rehello(reason));

    private static void SendUnsequenced(Peer peer, Record record) =>
        peer.Socket.Send(peer.Instance, OutgoingMessage.Of(record).HeaderFrame(peer.Outbox.Link.StampUnsequenced()), []);
}
