using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Manager.Tests;

public sealed class ZapHandlerTests : IDisposable
{
    private readonly TestKeys _keys = new();
    private readonly ZmqContext _context = new();
    private readonly ZapHandler _zap;
    private readonly ZmqSocket _asker;

    public ZapHandlerTests()
    {
        _zap = new ZapHandler(_context, _keys.Cluster.OpenAuthorized());
        _asker = new ZmqSocket(_context, ZmqSocketType.Req);
        _asker.Connect(ZapHandler.Endpoint);
    }

    private byte[] WorkerKey => Decode(_keys.Cluster.Worker.PublicKey);

    public void Dispose()
    {
        _asker.Dispose();
        _zap.Dispose();
        _context.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void Answer_AuthorizedKey_IsLetInUnderItsOwnName() =>
        Assert.Equal(["1.0", "7", "200", "", _keys.Cluster.Worker.PublicKey, ""], Ask("1.0", "7", "worker", "", "", "CURVE", WorkerKey));

    [Theory]
    [InlineData("client")]
    [InlineData("")]
    [InlineData("WORKER")]
    [InlineData("another")]
    public void Answer_DomainThatIsNotItsRole_IsRefused(string domain) =>
        Assert.Equal(["1.0", "7", "400", "", "", ""], Ask("1.0", "7", domain, "", "", "CURVE", WorkerKey));

    [Fact]
    public void Answer_UnknownKey_IsRefused() =>
        Assert.Equal("400", Ask("1.0", "1", "worker", "", "", "CURVE", new byte[32])[2]);

    [Fact]
    public void Answer_KeyThatIsAddedAndRevoked_FollowsTheFile()
    {
        var key = Decode(_keys.Add("late", KeyRoles.Client).PublicKey);
        Assert.Equal("200", Ask("1.0", "1", "client", "", "", "CURVE", key)[2]);

        _keys.Revoke("late");
        Assert.Equal("400", Ask("1.0", "1", "client", "", "", "CURVE", key)[2]);
    }

    [Fact]
    public void Answer_ListThatCannotBeRead_LetsNobodyIn()
    {
        File.Delete(Path.Combine(_keys.Path, "authorized"));

        Assert.Equal("400", Ask("1.0", "1", "worker", "", "", "CURVE", WorkerKey)[2]);
    }

    [Theory]
    [InlineData("2.0", "CURVE", 32)]
    [InlineData("1.0", "PLAIN", 32)]
    [InlineData("1.0", "NULL", 0)]
    [InlineData("1.0", "CURVE", 31)]
    [InlineData("1.0", "CURVE", 0)]
    [InlineData("", "", 0)]
    public void Answer_MalformedQuestion_IsNo(string version, string mechanism, int bytes) =>
        Assert.Equal(["1.0", "3", "500", "", "", ""], Ask(version, "3", "worker", "", "", mechanism, WorkerKey[..bytes]));

    [Fact]
    public void Answer_TooFewOrTooManyFrames_IsNo()
    {
        Assert.Equal("500", Ask("1.0")[2]);
        Assert.Equal("500", Ask("1.0", "1", "worker", "", "", "CURVE")[2]);
        Assert.Equal("500", Ask("1.0", "1", "worker", "", "", "CURVE", WorkerKey, "more")[2]);
    }

    [Fact]
    public void SenderKey_OtherThanThatOfTheHello_IsNotItsKey()
    {
        using var socket = new PeerSocket(_context, Hello.WorkerRole, "tcp://127.0.0.1:*", _keys.Cluster.Manager);
        var sessions = new Sessions(new ManagerOptions { Address = DoorAddress.Parse("tcp://127.0.0.1:0") }, "m", new PeerTable(), new List<SchedulerEvent>());
        sessions.OnDoorOpened(5);
        using (var first = Connect(socket, _keys.Cluster.Worker))
        {
            SendHello(first);
            var message = IncomingMessage.Read(Receive(socket), []);
            Assert.Equal(_keys.Cluster.Worker.PublicKey, socket.SenderKey);
            Assert.True(sessions.IsFromItsKey(socket, "x"));
            sessions.Receive(socket, "x", message, 0);
            SendHello(first);
            Receive(socket);
            Assert.True(sessions.IsFromItsKey(socket, "x"));
        }

        // Its connection is gone, so its routing id is free to ZeroMQ; but its process lives.
        using var other = ConnectWhenFree(socket, _keys.Add("other", KeyRoles.Worker));
        Assert.False(sessions.IsFromItsKey(socket, "x"));

        sessions.OnDoorClosed(5);
        Assert.True(sessions.IsFromItsKey(socket, "x"));
    }

    private static byte[] Decode(string key)
    {
        const string alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
        var bytes = new List<byte>();
        for (var i = 0; i < key.Length; i += 5)
        {
            var word = key[i..(i + 5)].Aggregate(0u, (sum, c) => sum * 85 + (uint)alphabet.IndexOf(c, StringComparison.Ordinal));
            bytes.AddRange([(byte)(word >> 24), (byte)(word >> 16), (byte)(word >> 8), (byte)word]);
        }

        return [.. bytes];
    }

    private ZmqSocket Connect(PeerSocket socket, CurveKeyPair own)
    {
        var dealer = new ZmqSocket(_context, ZmqSocketType.Dealer) { RoutingId = "x"u8.ToArray() };
        dealer.UseCurveAsClient(own, _keys.Cluster.ManagerPublicKey);
        dealer.Connect(socket.Endpoint);
        return dealer;
    }

    // Until ZeroMQ has seen the end of the connection that had the id, a new one with it is never heard.
    private ZmqSocket ConnectWhenFree(PeerSocket socket, CurveKeyPair own)
    {
        while (true)
        {
            var dealer = Connect(socket, own);
            SendHello(dealer);
            if (TryReceive(socket, TimeSpan.FromSeconds(1)) is not null)
                return dealer;
            dealer.Dispose();
        }
    }

    private static void SendHello(ZmqSocket dealer)
    {
        var hello = new Hello(ProtocolVersion.Current, Hello.WorkerRole, "x", "x", 5, new Dictionary<string, string>(), 1, [], []);
        using var message = new ZmqMessage();
        message.AddCopy(OutgoingMessage.Of(hello).HeaderFrame(new LinkHeader(1, 0, 0, Link.DefaultCredit)));
        Assert.True(dealer.TrySend(message));
    }

    /// <summary>The header of the next message, while connections are answered for.</summary>
    private ReadOnlyMemory<byte> Receive(PeerSocket socket)
    {
        var header = TryReceive(socket, RunningManager.Patience);
        Assert.NotNull(header);
        return header.Value;
    }

    private ReadOnlyMemory<byte>? TryReceive(PeerSocket socket, TimeSpan patience)
    {
        using var poller = new ZmqPoller();
        _zap.AddTo(poller);
        socket.AddTo(poller);
        while (true)
        {
            if (socket.TryReceive(out _, out var header, out _))
                return header;
            if (poller.Poll(patience) == 0)
                return null;
            _zap.Answer();
        }
    }

    private string[] Ask(params object[] frames)
    {
        using var message = new ZmqMessage();
        foreach (var frame in frames)
            message.AddCopy(frame as byte[] ?? Encoding.ASCII.GetBytes((string)frame));
        Assert.True(_asker.TrySend(message));
        using var poller = new ZmqPoller();
        _zap.AddTo(poller);
        Assert.NotEqual(0, poller.Poll(RunningManager.Patience));
        _zap.Answer();
        Assert.True(_asker.TryReceive(message, RunningManager.Patience));
        var answer = new List<string>();
        foreach (var frame in message)
            answer.Add(Encoding.ASCII.GetString(frame.Span));
        return [.. answer];
    }
}
