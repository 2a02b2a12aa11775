using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>What an encrypted link needs.</summary>
/// <param name="Own">This worker's pair.</param>
/// <param name="Manager">The manager's public key.</param>
internal sealed record LinkKeys(CurveKeyPair Own, string Manager);

/// <summary>Why there is no encrypted connection.</summary>
internal enum ConnectionFailure
{
    /// <summary>The manager does not let this key in.</summary>
    KeyRefused,

    /// <summary>The manager hung up on the handshake, as it does on who takes it for another.</summary>
    HandshakeBroken,

    /// <summary>It was there, and is no more.</summary>
    Disconnected,
}

/// <summary>
/// The one encrypted connection of a socket. ZeroMQ would try again for ever and never say why it fails, and a manager lets nobody
/// take over a routing id; so a connection that ends is told, and not made again by the same socket.
/// </summary>
internal sealed class SecuredConnection : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromMilliseconds(-1);
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(30);

    private readonly EventLoop _loop;
    private readonly Action<ConnectionFailure> _failed;
    private readonly ZmqMonitor _monitor;
    private readonly ZmqPollItem _item;

    /// <param name="socket">To be connected after this.</param>
    /// <param name="keys">To encrypt with.</param>
    /// <param name="loop">Whose thread calls.</param>
    /// <param name="failed">Called once, and may dispose this.</param>
    public SecuredConnection(ZmqSocket socket, LinkKeys keys, EventLoop loop, Action<ConnectionFailure> failed)
    {
        _loop = loop;
        _failed = failed;
        socket.UseCurveAsClient(keys.Own, keys.Manager);
        socket.HandshakeInterval = HandshakePatience;
        socket.ReconnectInterval = Never;
        _monitor = new ZmqMonitor(
            socket,
            ZmqEvents.HandshakeFailedAuth | ZmqEvents.HandshakeFailedProtocol | ZmqEvents.HandshakeFailedNoDetail | ZmqEvents.Disconnected | ZmqEvents.Closed);
        _item = loop.Watch(_monitor.Socket, _ => OnEvent());
    }

    public void Dispose()
    {
        _loop.Unwatch(_item);
        _monitor.Dispose();
    }

    private void OnEvent()
    {
        if (!_monitor.TryReceive(out var happened))
            return;
        _failed(happened.Event switch
        {
            ZmqEvents.HandshakeFailedAuth => ConnectionFailure.KeyRefused,
            ZmqEvents.HandshakeFailedProtocol or ZmqEvents.HandshakeFailedNoDetail => ConnectionFailure.HandshakeBroken,
            _ => ConnectionFailure.Disconnected,
        });
    }
}
