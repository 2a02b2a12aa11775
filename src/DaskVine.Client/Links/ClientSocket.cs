using System.Text;
using DaskVine.Protocol.Links;
using DaskVine.ZeroMq;

namespace DaskVine.Client;

/// <summary>The DEALER to one manager. For the thread of its connection.</summary>
internal sealed class ClientSocket : IDisposable
{
    // One may come of a manager that ends; several in a row mean that the keys do not fit.
    private const int MaxBrokenHandshakes = 3;
    private const ZmqEvents Broken = ZmqEvents.HandshakeFailedNoDetail | ZmqEvents.HandshakeFailedProtocol;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _socket;
    private readonly ZmqMonitor? _monitor;
    private readonly ClientKeys? _keys;
    private readonly ZmqMessage _incoming = new();
    private readonly ZmqMessage _outgoing = new();
    private int _broken;

    public ClientSocket(string endpoint, string instance, ClientKeys? keys)
    {
        _keys = keys;
        _socket = new ZmqSocket(_context, ZmqSocketType.Dealer)
        {
            RoutingId = Encoding.ASCII.GetBytes(instance),
            // Credit bounds what waits.
            SendHighWatermark = 0,
            ReceiveHighWatermark = 0,
            Linger = Linger,
            Ipv6 = endpoint.Contains('[', StringComparison.Ordinal),
        };
        if (keys is not null)
        {
            _socket.UseCurveAsClient(keys.Own, keys.Manager);
            _monitor = new ZmqMonitor(
                _socket, ZmqEvents.HandshakeFailedAuth | Broken | ZmqEvents.HandshakeSucceeded | ZmqEvents.Disconnected);
        }

        _socket.Connect(endpoint);
    }

    /// <summary>Has the poller call these when there is something to receive, and when something happened to an encrypted connection.</summary>
    public void Watch(ZmqPoller poller, Action ready, Action happened)
    {
        poller.Add(_socket, ZmqPollEvents.In, ready);
        if (_monitor is not null)
            poller.Add(_monitor.Socket, ZmqPollEvents.In, happened);
    }

    public void Send(ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        _outgoing.Clear();
        _outgoing.Add(header);
        foreach (var frame in frames)
            _outgoing.Add(frame);
        // An encrypted connection that ended has no peer, and its end is about to be told.
        if (!_socket.TrySend(_outgoing) && _keys is null)
            throw new InvalidOperationException("a socket without high-water mark had no room");
    }

    /// <summary>The next message, if one is there, and its bytes.</summary>
    /// <exception cref="DaskVine.Protocol.ProtocolException">It is malformed.</exception>
    public bool TryReceive(out IncomingMessage message, out long bytes)
    {
        (message, bytes) = (null!, 0);
        if (!_socket.TryReceive(_incoming))
            return false;
        // Results look at these bytes for as long as they live, and ZeroMQ's go with the next message.
        var header = _incoming[0].ToArray();
        var payloads = new ReadOnlyMemory<byte>[_incoming.Count - 1];
        bytes = header.Length;
        for (var i = 0; i < payloads.Length; i++)
        {
            payloads[i] = _incoming[i + 1].ToArray();
            bytes += payloads[i].Length;
        }

        _incoming.Clear();
        message = IncomingMessage.Read(header, payloads);
        return true;
    }

    /// <summary>Why an encrypted connection did not come about or is no more; null while there is hope.</summary>
    public string? ConnectionTrouble()
    {
        string? trouble = null;
        while (_monitor!.TryReceive(out var next))
        {
            if (next.Event == ZmqEvents.HandshakeFailedAuth)
            {
                trouble = $"it refuses the key of this client ({_keys!.Own.PublicKey[..8]}… in {_keys.Directory}): "
                    + "it is not authorized as a client there, or was revoked";
            }
            else if ((next.Event & Broken) != 0)
            {
                if (++_broken >= MaxBrokenHandshakes)
                    trouble = $"it breaks encrypted connections off: the key in {_keys!.Directory}/manager.public is another manager's";
            }
            else if (next.Event == ZmqEvents.HandshakeSucceeded)
            {
                _broken = 0;
            }
            else if (_broken == 0)
            {
                trouble ??= "the encrypted connection to it broke";
            }
        }

        return trouble;
    }

    public void Dispose()
    {
        _monitor?.Dispose();
        _socket.Dispose();
        _incoming.Dispose();
        _outgoing.Dispose();
        _context.Dispose();
    }
}
