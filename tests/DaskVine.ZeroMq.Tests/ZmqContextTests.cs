namespace DaskVine.ZeroMq.Tests;

public class ZmqContextTests
{
    [Fact]
    public async Task Dispose_SocketsOpenAndMessagesUnsent_DoesNotHang()
    {
        var context = new ZmqContext();
        var socket = new ZmqSocket(context, ZmqSocketType.Dealer);
        socket.Connect("tcp://127.0.0.1:1");
        Linked.Send(socket, "never delivered");

        await Task.Run(context.Dispose).WaitAsync(Linked.Patience);
        await Task.Run(socket.Dispose).WaitAsync(Linked.Patience);
    }

    [Fact]
    public void Dispose_SocketOpen_ItsCallsSayTerminated()
    {
        var context = new ZmqContext();
        using var socket = new ZmqSocket(context, ZmqSocketType.Dealer);
        using var message = new ZmqMessage();
        context.Dispose();

        Assert.Equal(ZmqError.ContextTerminated, Assert.Throws<ZmqException>(() => socket.TryReceive(message)).Error);
    }

    [Fact]
    public async Task Dispose_WaitingReceive_IsEnded()
    {
        var context = new ZmqContext();
        using var socket = new ZmqSocket(context, ZmqSocketType.Dealer);
        Task<ZmqException> waiting = Task.Run(() =>
        {
            using var message = new ZmqMessage();
            return Assert.Throws<ZmqException>(() => socket.TryReceive(message, Linked.Patience));
        });

        context.Dispose();

        Assert.Equal(ZmqError.ContextTerminated, (await waiting).Error);
    }

    [Fact]
    public void Dispose_SocketLingers_MessagesStillArrive()
    {
        using var receiving = new ZmqContext();
        using var pull = new ZmqSocket(receiving, ZmqSocketType.Pull);
        pull.Bind("tcp://127.0.0.1:*");
        using (var sending = new ZmqContext())
        using (var push = new ZmqSocket(sending, ZmqSocketType.Push) { Linger = Linked.Patience })
        {
            push.Connect(pull.LastEndpoint);
            Linked.Send(push, "last words");
        }

        Assert.Equal(["last words"], Linked.Hear(pull));
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var context = new ZmqContext(ioThreads: 2, maxSockets: 8);
        context.Dispose();
        context.Dispose();
    }

    [Fact]
    public void Socket_OfDisposedContext_Throws()
    {
        var context = new ZmqContext();
        context.Dispose();

        Assert.Throws<ObjectDisposedException>(() => new ZmqSocket(context, ZmqSocketType.Pair));
    }

    [Fact]
    public void Socket_BeyondMaxSockets_SaysTooMany()
    {
        using var context = new ZmqContext(maxSockets: 1);
        using var first = new ZmqSocket(context, ZmqSocketType.Pair);

        ZmqException exception = Assert.Throws<ZmqException>(() => new ZmqSocket(context, ZmqSocketType.Pair));

        Assert.Equal(ZmqError.TooManySockets, exception.Error);
    }

    [Fact]
    public void Context_ImpossibleNumber_SaysWhich()
    {
        ZmqException exception = Assert.Throws<ZmqException>(() => new ZmqContext(ioThreads: -1));

        Assert.Equal("ZeroMQ could not give a context -1 I/O threads: Invalid argument.", exception.Message);
    }
}
