using System.Text;

namespace DaskVine.ZeroMq.Tests;

public class ZmqSocketTests
{
    [Fact]
    public void RoundTrip_Tcp_ArrivesBothWays() => CheckRoundTrip("tcp://127.0.0.1:*");

    [Fact]
    public void RoundTrip_InProcess_ArrivesBothWays() => CheckRoundTrip("inproc://round-trip");

    [Fact]
    public void RoundTrip_Ipc_ArrivesBothWays()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dv");
        try
        {
            CheckRoundTrip($"ipc://{directory.FullName}/s");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void RoundTrip_EmptyAndHugeFrames_ArriveWhole()
    {
        using Linked linked = new Linked().Greeted();
        byte[] huge = new byte[8 << 20];
        new Random(1).NextBytes(huge);
        using var sent = new ZmqMessage();
        sent.AddCopy([]);
        sent.Add(huge);
        sent.AddCopy([]);

        Assert.True(linked.Dealer.TrySend(sent));
        using ZmqMessage received = Linked.Receive(linked.Router);

        Assert.Equal(4, received.Count);
        Assert.Equal(0, received[1].Length);
        Assert.True(received[2].Span.SequenceEqual(huge));
        Assert.True(received[3].Span.IsEmpty);
    }

    [Fact]
    public void TryReceive_NothingThere_IsFalseAndEmptiesTheMessage()
    {
        using var linked = new Linked();
        using ZmqMessage message = Linked.Message("old");

        Assert.False(linked.Router.TryReceive(message));
        Assert.Equal(0, message.Count);
        Assert.False(linked.Router.TryReceive(message, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void TrySend_NoPeer_LeavesTheMessageIntact()
    {
        using var context = new ZmqContext();
        using var push = new ZmqSocket(context, ZmqSocketType.Push);
        using var owner = new Owner();
        using ZmqMessage message = Linked.Message("a", "b");
        message.AddOwned(new byte[1000], owner);

        Assert.False(push.TrySend(message));

        Assert.Equal(["a", "b", new string('\0', 1000)], Linked.Read(message));
        Assert.Equal(0, owner.Disposals);
    }

    [Fact]
    public void TrySend_PeerIsFull_NothingIsHalfSent()
    {
        using var context = new ZmqContext();
        using var pull = new ZmqSocket(context, ZmqSocketType.Pull) { ReceiveHighWatermark = 1 };
        using var push = new ZmqSocket(context, ZmqSocketType.Push) { SendHighWatermark = 1 };
        pull.Bind("inproc://full");
        push.Connect("inproc://full");
        int sent = 0;
        using ZmqMessage message = Linked.Message("0", "x");
        while (push.TrySend(message))
        {
            sent++;
            message.AddCopy(Encoding.UTF8.GetBytes($"{sent}"));
            message.AddCopy("x"u8);
        }

        Assert.Equal(2, message.Count);
        for (int i = 0; i < sent; i++) Assert.Equal([$"{i}", "x"], Linked.Hear(pull));
        using var nothing = new ZmqMessage();
        Assert.False(pull.TryReceive(nothing));
    }

    [Fact]
    public async Task TrySend_PeersComeAndGo_NoneReceivesAPart()
    {
        const int peers = 50, frames = 1000;
        using var context = new ZmqContext();
        using var sender = new ZmqSocket(context, ZmqSocketType.Push) { SendHighWatermark = 1 };
        sender.Bind("inproc://fickle");
        Task receivers = Task.Run(() =>
        {
            for (int i = 0; i < peers; i++)
            {
                using var receiver = new ZmqSocket(context, ZmqSocketType.Pull) { ReceiveHighWatermark = 1 };
                receiver.Connect("inproc://fickle");
                using ZmqMessage received = Linked.Receive(receiver);
                Assert.Equal(frames, received.Count);
                Assert.Equal("first", Encoding.UTF8.GetString(received[0].Span));
            }
        });

        using var message = new ZmqMessage();
        while (!receivers.IsCompleted)
        {
            if (message.Count == 0) message.AddCopy("first"u8);
            while (message.Count < frames) message.AddCopy("more"u8);
            sender.TrySend(message);
        }

        await receivers;
    }

    [Fact]
    public void TrySend_MandatoryRouterUnknownPeer_SaysHostUnreachable()
    {
        using var linked = new Linked();
        using ZmqMessage message = Linked.Message("nobody", "hello");

        ZmqException exception = Assert.Throws<ZmqException>(() => linked.Router.TrySend(message));

        Assert.Equal(ZmqError.HostUnreachable, exception.Error);
        Assert.StartsWith("ZeroMQ could not send by the Router socket of tcp://127.0.0.1:", exception.Message);
        Assert.Equal(["nobody", "hello"], Linked.Read(message));
    }

    [Fact]
    public void TrySend_NoFrames_Throws()
    {
        using var linked = new Linked();
        using var message = new ZmqMessage();

        Assert.Throws<InvalidOperationException>(() => linked.Dealer.TrySend(message));
    }

    [Fact]
    public void Bind_AddressInUse_NamesTheEndpoint()
    {
        using var linked = new Linked();
        using var context = new ZmqContext();
        using var second = new ZmqSocket(context, ZmqSocketType.Router);
        string endpoint = linked.Router.LastEndpoint;

        ZmqException exception = Assert.Throws<ZmqException>(() => second.Bind(endpoint));

        Assert.Equal(ZmqError.AddressInUse, exception.Error);
        Assert.Equal($"ZeroMQ could not bind to {endpoint}: Address already in use.", exception.Message);
    }

    [Theory]
    [InlineData("nonsense", ZmqError.InvalidArgument)]
    [InlineData("carrier-pigeon://here", ZmqError.ProtocolNotSupported)]
    [InlineData("tcp://no-such-interface:*", ZmqError.NoDevice)]
    public void Bind_BadEndpoint_SaysWhy(string endpoint, ZmqError error)
    {
        using var context = new ZmqContext();
        using var socket = new ZmqSocket(context, ZmqSocketType.Router);

        Assert.Equal(error, Assert.Throws<ZmqException>(() => socket.Bind(endpoint)).Error);
    }

    [Fact]
    public void Unbind_Bound_FreesTheAddress()
    {
        using var linked = new Linked();
        string endpoint = linked.Router.LastEndpoint;
        linked.Router.Unbind(endpoint);

        Assert.Equal(ZmqError.NotFound, Assert.Throws<ZmqException>(() => linked.Router.Unbind(endpoint)).Error);
    }

    [Fact]
    public void Disconnect_Connected_MakesThePeerUnreachable()
    {
        using var context = new ZmqContext();
        using var pull = new ZmqSocket(context, ZmqSocketType.Pull);
        using var push = new ZmqSocket(context, ZmqSocketType.Push);
        pull.Bind("inproc://gone");
        push.Connect("inproc://gone");
        push.Disconnect("inproc://gone");
        using ZmqMessage message = Linked.Message("hello");

        Assert.False(push.TrySend(message));
        Assert.Equal(1, message.Count);
    }

    [Fact]
    public void AnyCall_Disposed_Throws()
    {
        var linked = new Linked();
        linked.Dispose();
        using ZmqMessage message = Linked.Message("a");

        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.TrySend(message));
        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.TryReceive(message));
        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.Bind("inproc://x"));
        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.Linger);
        linked.Dealer.Dispose();
    }

    private static void CheckRoundTrip(string endpoint)
    {
        using Linked linked = new Linked(endpoint).Greeted();
        Linked.Send(linked.Router, "dealer", "", "answer");
        Assert.Equal(["", "answer"], Linked.Hear(linked.Dealer));
    }
}
