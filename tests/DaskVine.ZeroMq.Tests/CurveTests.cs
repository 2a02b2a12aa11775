using System.Text;

namespace DaskVine.ZeroMq.Tests;

public sealed class CurveTests : IDisposable
{
    private static readonly CurveKeyPair Server = CurveKeyPair.Create();

    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _zap;
    private readonly ZmqSocket _router;

    public CurveTests()
    {
        _zap = new ZmqSocket(_context, ZmqSocketType.Rep);
        _zap.Bind("inproc://zeromq.zap.01");
        _router = new ZmqSocket(_context, ZmqSocketType.Router) { ZapDomain = "guests" };
        _router.UseCurveAsServer(Server);
    }

    public void Dispose()
    {
        _router.Dispose();
        _zap.Dispose();
        _context.Dispose();
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:*")]
    [InlineData("tcp://[::1]:*")]
    [InlineData("ipc://*")]
    public void UseCurve_HandlerSaysYes_MessageTellsItsUser(string endpoint)
    {
        var guest = CurveKeyPair.Create();
        using ZmqSocket dealer = Connect(endpoint, guest);
        Linked.Send(dealer, "hello", "there");

        string[] question = AnswerWith("200", "the guest");

        Assert.Equal(["1.0", "1", "guests"], question[..3]);
        Assert.Equal("CURVE", question[5]);
        Assert.Equal(guest.PublicKey, question[6]);
        using ZmqMessage message = Linked.Receive(_router);
        Assert.Equal(["hello", "there"], Linked.Read(message)[1..]);
        Assert.Equal("the guest", message.UserId);
        Assert.Equal("DEALER", message[1].Property("Socket-Type"));
        Assert.Null(message[1].Property("No-Such-Thing"));
    }

    [Fact]
    public void UseCurve_HandlerSaysNo_TellsThePeer()
    {
        using ZmqSocket dealer = Connect("tcp://127.0.0.1:*", CurveKeyPair.Create(), monitored: out ZmqMonitor monitor);
        Linked.Send(dealer, "hello");

        AnswerWith("400", "");

        ZmqMonitorEvent told = Await(monitor);
        Assert.Equal((ZmqEvents.HandshakeFailedAuth, 400), (told.Event, told.Value));
        using var nothing = new ZmqMessage();
        Assert.False(_router.TryReceive(nothing));
        monitor.Dispose();
    }

    [Fact]
    public void UseCurve_PeerTakesTheServerForAnother_IsHungUpOn()
    {
        _router.Bind("tcp://127.0.0.1:*");
        using var dealer = new ZmqSocket(_context, ZmqSocketType.Dealer);
        dealer.UseCurveAsClient(CurveKeyPair.Create(), CurveKeyPair.Create().PublicKey);
        using var monitor = new ZmqMonitor(dealer, ZmqEvents.HandshakeFailedNoDetail | ZmqEvents.HandshakeSucceeded);
        dealer.Connect(_router.LastEndpoint);

        Assert.Equal(ZmqEvents.HandshakeFailedNoDetail, Await(monitor).Event);
    }

    [Fact]
    public void UserId_OpenConnection_IsNone()
    {
        using Linked linked = new Linked().Greeted();
        Linked.Send(linked.Dealer, "again");

        using ZmqMessage message = Linked.Receive(linked.Router);
        Assert.Null(message.UserId);
        using var empty = new ZmqMessage();
        Assert.Null(empty.UserId);
    }

    [Fact]
    public void Create_Pairs_AreKeysAndDiffer()
    {
        var one = CurveKeyPair.Create();
        var other = CurveKeyPair.Create();

        string[] keys = [one.PublicKey, one.SecretKey, other.PublicKey, other.SecretKey];
        Assert.Equal(4, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(CurveKeyPair.IsKey(key)));
        Assert.DoesNotContain(one.SecretKey, $"{one}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~")]
    [InlineData("ääääääääääääääääääääääääääääääääääääääää")]
    [InlineData("#####" + "00000000000000000000000000000000000")]
    public void IsKey_Nonsense_IsNone(string text) => Assert.False(CurveKeyPair.IsKey(text));

    [Fact]
    public void UseCurveAsServer_NoKey_Throws()
    {
        using var socket = new ZmqSocket(_context, ZmqSocketType.Router);

        Assert.Throws<ZmqException>(() => socket.UseCurveAsServer(new CurveKeyPair("", "nonsense")));
        Assert.Throws<ZmqException>(() => socket.UseCurveAsClient(CurveKeyPair.Create(), "nonsense"));
    }

    [Fact]
    public void Encode_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => CurveKeyPair.Encode(new byte[31]));

    private ZmqSocket Connect(string endpoint, CurveKeyPair own) => Connect(endpoint, own, out ZmqMonitor monitor, monitor => monitor.Dispose());

    private ZmqSocket Connect(string endpoint, CurveKeyPair own, out ZmqMonitor monitored) => Connect(endpoint, own, out monitored, _ => { });

    private ZmqSocket Connect(string endpoint, CurveKeyPair own, out ZmqMonitor monitor, Action<ZmqMonitor> then)
    {
        bool isV6 = endpoint.Contains('[', StringComparison.Ordinal);
        _router.Ipv6 = isV6;
        _router.Bind(endpoint);
        var dealer = new ZmqSocket(_context, ZmqSocketType.Dealer) { Ipv6 = isV6 };
        dealer.UseCurveAsClient(own, Server.PublicKey);
        monitor = new ZmqMonitor(dealer, ZmqEvents.HandshakeFailedAuth);
        then(monitor);
        dealer.Connect(_router.LastEndpoint);
        return dealer;
    }

    /// <summary>Answers the next question of ZAP, and returns it with its key as text.</summary>
    private string[] AnswerWith(string status, string user)
    {
        using ZmqMessage question = Linked.Receive(_zap);
        Linked.Send(_zap, "1.0", "1", status, "", user, "");
        string[] frames = Linked.Read(question);
        frames[6] = CurveKeyPair.Encode(question[6].Span);
        return frames;
    }

    private static ZmqMonitorEvent Await(ZmqMonitor monitor)
    {
        using var poller = new ZmqPoller();
        poller.Add(monitor.Socket, ZmqPollEvents.In);
        Assert.NotEqual(0, poller.Poll(Linked.Patience));
        Assert.True(monitor.TryReceive(out ZmqMonitorEvent next));
        return next;
    }
}
