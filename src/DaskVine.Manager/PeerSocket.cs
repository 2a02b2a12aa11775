using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.ZeroMq;

namespace DaskVine.Manager;

/// <summary>One ROUTER: messages with the routing id of whom they are from or for.</summary>
internal sealed class PeerSocket : IDisposable
{
    // A header or payload frame longer than this ends the connection before it is held in memory.
    private const long MaxFrameBytes = 1L << 30;

    // A secured socket cannot let a connection take over the routing id of another, so one whose peer is gone has to go soon.
    private static readonly TimeSpan SecuredHeartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SecuredPatience = TimeSpan.FromSeconds(6);

    // For a peer that connects and never says who it is; the manager answers between two decisions, and those may take a while.
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(20);

    private readonly ZmqSocket _socket;
    private readonly ZmqMessage _incoming = new();
    private readonly ZmqMessage _outgoing = new();

    /// <param name="context">Where the socket lives.</param>
    /// <param name="role">The role that peers must have here.</param>
    /// <param name="endpoint">To bind to.</param>
    /// <param name="own">The manager's keys, with which a <see cref="ZapHandler"/> is asked about every connection; null for an open socket.</param>
    public PeerSocket(ZmqContext context, string role, string endpoint, CurveKeyPair? own = null)
    {
        Role = role;
        IsSecured = own is not null;
        _socket = new ZmqSocket(context, ZmqSocketType.Router)
        {
            // A peer that reconnects takes its place over; one that is gone is an error rather than silence.
            RouterHandover = own is null,
            RouterMandatory = true,
            // Credit bounds what waits, so a high-water mark would only drop.
            SendHighWatermark = 0,
            ReceiveHighWatermark = 0,
            Linger = TimeSpan.FromMilliseconds(200),
            MaxMessageSize = MaxFrameBytes,
            Ipv6 = endpoint.AsSpan().ContainsAny('[', '*'),
        };
        try
        {
            if (own is not null)
                Secure(own);
            _socket.Bind(endpoint);
        }
        catch (ZmqException)
        {
            _socket.Dispose();
            throw;
        }

        Endpoint = _socket.LastEndpoint;
    }

    public string Role { get; }

    public bool IsSecured { get; }

    /// <summary>The public key of who sent the last message, for which libzmq vouches; null where the socket is open.</summary>
    public string? SenderKey { get; private set; }

    /// <summary>With wildcards filled in. Kept here, as the door's threads read it and the socket belongs to the manager's.</summary>
    public string Endpoint { get; }

    public ZmqPollItem AddTo(ZmqPoller poller) => poller.Add(_socket, ZmqPollEvents.In, this);

    /// <summary>The next message, if one is there. Its memory is its own.</summary>
    public bool TryReceive(out string from, out ReadOnlyMemory<byte> header, out ReadOnlyMemory<byte>[] payloads)
    {
        (from, header, payloads) = ("", default, []);
        if (!_socket.TryReceive(_incoming))
            return false;
        // Latin-1 keeps every byte, so that those whose routing id is no text get their answers too.
        from = Encoding.Latin1.GetString(_incoming[0].Span);
        SenderKey = IsSecured ? _incoming.UserId : null;
        header = _incoming.Count > 1 ? _incoming[1].ToArray() : default;
        payloads = _incoming.Count > 2 ? new ReadOnlyMemory<byte>[_incoming.Count - 2] : [];
        for (var i = 0; i < payloads.Length; i++)
            payloads[i] = _incoming[i + 2].ToArray();
        _incoming.Clear();
        return true;
    }

    /// <summary>Sends, or does nothing when the peer is gone: the door tells of that.</summary>
    public void Send(string to, ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        _outgoing.Clear();
        _outgoing.AddCopy(Encoding.Latin1.GetBytes(to));
        _outgoing.Add(header);
        foreach (var payload in payloads)
            _outgoing.Add(payload);
        try
        {
            _socket.TrySend(_outgoing);
        }
        catch (ZmqException e) when (e.Error == ZmqError.HostUnreachable)
        {
            _outgoing.Clear();
        }
    }

    /// <summary>Answers outside any link.</summary>
    public void SendUnlinked(string to, Protocol.Records.Record record) =>
        Send(to, OutgoingMessage.Of(record).HeaderFrame(default), []);

    public void Dispose()
    {
        _incoming.Dispose();
        _outgoing.Dispose();
        _socket.Dispose();
        // libzmq leaves the file of a Unix socket behind.
        if (Endpoint.StartsWith("ipc://", StringComparison.Ordinal))
            SocketFile.Delete(Endpoint["ipc://".Length..]);
    }

    private void Secure(CurveKeyPair own)
    {
        _socket.UseCurveAsServer(own);
        _socket.ZapDomain = Role;
        _socket.HandshakeInterval = HandshakePatience;
        _socket.HeartbeatInterval = SecuredHeartbeat;
        _socket.HeartbeatTimeout = SecuredPatience;
    }
}
