using System.Net;
using System.Net.Sockets;

namespace DaskVine.ZeroMq.Tests;

public sealed class ZmqMonitorTests : IDisposable
{
    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _router;
    private readonly ZmqSocket _dealer;

    public ZmqMonitorTests()
    {
        _router = new ZmqSocket(_context, ZmqSocketType.Router);
        _router.Bind("tcp://127.0.0.1:*");
        _dealer = new ZmqSocket(_context, ZmqSocketType.Dealer);
    }

    public void Dispose()
    {
        _dealer.Dispose();
        _router.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void TryReceive_PeerComesAndGoes_TellsBothEnds()
    {
        using var server = new ZmqMonitor(_router);
        using var client = new ZmqMonitor(_dealer);
        _dealer.Connect(_router.LastEndpoint);

        Assert.Equal(_router.LastEndpoint, Await(client, ZmqEvents.Connected).Endpoint);
        Await(client, ZmqEvents.HandshakeSucceeded);
        Assert.True(Await(server, ZmqEvents.Accepted).Value > 0);
        Await(server, ZmqEvents.HandshakeSucceeded);

        client.Dispose();
        _dealer.Dispose();
        Await(server, ZmqEvents.Disconnected);
    }

    [Fact]
    public void TryReceive_NobodyThere_TellsTheRetry()
    {
        using var monitor = new ZmqMonitor(_dealer, ZmqEvents.ConnectRetried);
        string endpoint = _router.LastEndpoint;
        _router.Dispose();
        _dealer.Connect(endpoint);

        Assert.Equal(endpoint, Await(monitor, ZmqEvents.ConnectRetried).Endpoint);
    }

    [Fact]
    public void TryReceive_PeerOfAnotherMechanism_TellsTheFailedHandshake()
    {
        using var guarded = new ZmqSocket(_context, ZmqSocketType.Router);
        guarded.SetOption(ZmqOption.CurveServer, 1);
        guarded.SetOption(ZmqOption.CurveSecretKey, new byte[32]);
        guarded.Bind("tcp://127.0.0.1:*");
        using var monitor = new ZmqMonitor(guarded);
        _dealer.Connect(guarded.LastEndpoint);

        Await(monitor, ZmqEvents.HandshakeFailedProtocol);
    }

    [Fact]
    public async Task TryReceive_PeerLeavesBeforeTheHandshake_TellsThatItBrokeOff()
    {
        using var monitor = new ZmqMonitor(_router);
        using (var peer = new TcpClient())
        {
            await peer.ConnectAsync(IPEndPoint.Parse(_router.LastEndpoint["tcp://".Length..]));
        }

        Await(monitor, ZmqEvents.HandshakeFailedNoDetail);
    }

    [Fact]
    public void TryReceive_AddressInUse_TellsTheError()
    {
        using var monitor = new ZmqMonitor(_dealer);
        Assert.Throws<ZmqException>(() => _dealer.Bind(_router.LastEndpoint));

        Assert.Equal(ZmqError.AddressInUse, (ZmqError)Await(monitor, ZmqEvents.BindFailed).Value);
    }

    [Fact]
    public void TryReceive_Quiet_IsFalse()
    {
        using var monitor = new ZmqMonitor(_router);

        Assert.False(monitor.TryReceive(out _));
    }

    [Fact]
    public void Dispose_AfterTheSocket_IsHarmless()
    {
        using var monitor = new ZmqMonitor(_dealer);
        _dealer.Dispose();

        Await(monitor, ZmqEvents.MonitorStopped);
    }

    private static ZmqMonitorEvent Await(ZmqMonitor monitor, ZmqEvents wanted)
    {
        using var poller = new ZmqPoller();
        poller.Add(monitor.Socket, ZmqPollEvents.In);
        while (true)
        {
            while (monitor.TryReceive(out ZmqMonitorEvent next))
            {
                if (next.Event == wanted) return next;
            }

            Assert.NotEqual(0, poller.Poll(Linked.Patience));
        }
    }
}
