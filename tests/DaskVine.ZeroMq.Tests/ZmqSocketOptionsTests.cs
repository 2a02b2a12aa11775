using System.Text;

namespace DaskVine.ZeroMq.Tests;

public sealed class ZmqSocketOptionsTests : IDisposable
{
    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _socket;

    public ZmqSocketOptionsTests() => _socket = new ZmqSocket(_context, ZmqSocketType.Router);

    public void Dispose()
    {
        _socket.Dispose();
        _context.Dispose();
    }

    [Fact]
    public void Options_Set_AreReadBack()
    {
        byte[] id = [1, 0, 255];
        _socket.RoutingId = id;
        _socket.SendHighWatermark = 7;
        _socket.ReceiveHighWatermark = 8;
        _socket.MaxMessageSize = 1L << 40;
        _socket.RouterMandatory = _socket.RouterHandover = _socket.Immediate = _socket.Ipv6 = true;

        Assert.Equal(id, _socket.RoutingId.ToArray());
        Assert.Equal(7, _socket.SendHighWatermark);
        Assert.Equal(8, _socket.ReceiveHighWatermark);
        Assert.Equal(1L << 40, _socket.MaxMessageSize);
        Assert.True(_socket.RouterMandatory && _socket.RouterHandover && _socket.Immediate && _socket.Ipv6);
    }

    [Fact]
    public void Times_Set_AreReadBack()
    {
        static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
        _socket.Linger = Timeout.InfiniteTimeSpan;
        _socket.HeartbeatInterval = Seconds(1);
        _socket.HeartbeatTimeout = Seconds(2);
        _socket.HeartbeatTtl = Seconds(3);
        _socket.HandshakeInterval = Seconds(4);
        _socket.ReconnectInterval = Seconds(5);
        _socket.ReconnectIntervalMax = Seconds(6);
        _socket.ConnectTimeout = Seconds(7);

        Assert.Equal(Timeout.InfiniteTimeSpan, _socket.Linger);
        TimeSpan[] read =
        [
            _socket.HeartbeatInterval, _socket.HeartbeatTimeout, _socket.HeartbeatTtl, _socket.HandshakeInterval,
            _socket.ReconnectInterval, _socket.ReconnectIntervalMax, _socket.ConnectTimeout,
        ];
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], read.Select(time => (int)time.TotalSeconds));
    }

    [Fact]
    public void Linger_NeverSet_IsZero() => Assert.Equal(TimeSpan.Zero, _socket.Linger);

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    [InlineData(true)]
    public void TcpKeepAlive_Set_IsReadBack(bool? value)
    {
        _socket.TcpKeepAlive = value;

        Assert.Equal(value, _socket.TcpKeepAlive);
    }

    [Fact]
    public void LastEndpoint_WildcardPort_IsFilledIn()
    {
        Assert.Equal("", _socket.LastEndpoint);
        _socket.Bind("tcp://127.0.0.1:*");

        Assert.Matches(@"^tcp://127\.0\.0\.1:[1-9]\d+$", _socket.LastEndpoint);
    }

    [Fact]
    public void SetOption_WrongSize_NamesTheOption()
    {
        ZmqException exception = Assert.Throws<ZmqException>(() => _socket.SetOption(ZmqOption.Linger, 1L));

        Assert.Equal("ZeroMQ could not set option Linger: Invalid argument.", exception.Message);
    }

    [Fact]
    public void GetIntOption_UnlistedNumber_IsReadByItsCast()
    {
        const ZmqOption type = (ZmqOption)16;

        Assert.Equal((int)ZmqSocketType.Router, _socket.GetIntOption(type));
    }

    [Fact]
    public void SetOption_Subscription_FiltersWhatIsReceived()
    {
        using var publisher = new ZmqSocket(_context, ZmqSocketType.XPub);
        using var subscriber = new ZmqSocket(_context, ZmqSocketType.Sub);
        publisher.Bind("inproc://news");
        subscriber.Connect("inproc://news");
        subscriber.SetOption(ZmqOption.Subscribe, Encoding.UTF8.GetBytes("good"));
        Assert.Equal(["\u0001good"], Linked.Hear(publisher));

        Linked.Send(publisher, "bad news");
        Linked.Send(publisher, "good news");

        Assert.Equal(["good news"], Linked.Hear(subscriber));
    }
}
