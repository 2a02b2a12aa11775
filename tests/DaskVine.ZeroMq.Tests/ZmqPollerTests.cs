using System.IO.Pipes;

namespace DaskVine.ZeroMq.Tests;

public sealed class ZmqPollerTests : IDisposable
{
    private readonly ZmqPoller _poller = new();

    public void Dispose() => _poller.Dispose();

    [Fact]
    public void Poll_SocketHasMessage_IsListedWithItsToken()
    {
        using var linked = new Linked();
        object token = new();
        ZmqPollItem item = _poller.Add(linked.Router, ZmqPollEvents.In, token);
        Assert.Equal(0, _poller.Poll(TimeSpan.Zero));
        Linked.Send(linked.Dealer, "hello");

        Assert.Equal(1, _poller.Poll(Linked.Patience));

        Assert.Equal([item], Ready());
        Assert.Same(token, item.Token);
        Assert.Same(linked.Router, item.Socket);
        Assert.Equal(ZmqPollEvents.In, item.Ready);
        Assert.False(_poller.WasWoken);
    }

    [Fact]
    public void Poll_InterestChanged_CountsFromTheNextPoll()
    {
        using var linked = new Linked();
        ZmqPollItem item = _poller.Add(linked.Dealer, ZmqPollEvents.In);
        Assert.Equal(0, _poller.Poll(TimeSpan.Zero));

        item.Interest = ZmqPollEvents.Out;
        Assert.Equal(1, _poller.Poll(Linked.Patience));
        Assert.Equal(ZmqPollEvents.Out, item.Ready);

        item.Interest = ZmqPollEvents.None;
        Assert.Equal(0, _poller.Poll(TimeSpan.Zero));
        Assert.Equal(ZmqPollEvents.None, item.Ready);
    }

    [Fact]
    public void Poll_FileDescriptorReadable_IsListed()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        using var writer = new AnonymousPipeClientStream(PipeDirection.Out, reader.ClientSafePipeHandle);
        int descriptor = (int)reader.SafePipeHandle.DangerousGetHandle();
        ZmqPollItem item = _poller.Add(descriptor, ZmqPollEvents.In);
        Assert.Equal(0, _poller.Poll(TimeSpan.Zero));

        writer.WriteByte(1);
        Assert.Equal(1, _poller.Poll(Linked.Patience));
        Assert.Equal(ZmqPollEvents.In, item.Ready);

        writer.Dispose();
        reader.ReadByte();
        Assert.Equal(1, _poller.Poll(Linked.Patience));
        Assert.Equal(ZmqPollEvents.Error, item.Ready);
    }

    [Fact]
    public async Task Wake_FromAnotherThread_EndsThePoll()
    {
        Task<int> poll = Task.Run(() => _poller.Poll(Linked.Patience));
        _poller.Wake();

        Assert.Equal(0, await poll);
        Assert.True(_poller.WasWoken);
    }

    [Fact]
    public void Wake_ManyTimes_EndsOnePoll()
    {
        Parallel.For(0, 100, _ => _poller.Wake());

        _poller.Poll(Linked.Patience);
        Assert.True(_poller.WasWoken);
        _poller.Poll(TimeSpan.Zero);
        Assert.False(_poller.WasWoken);
    }

    [Fact]
    public async Task Wake_RacingWithPolls_NoneIsLost()
    {
        const int rounds = 20_000;
        int produced = 0, consumed = 0;
        Task producer = Task.Run(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                Interlocked.Increment(ref produced);
                _poller.Wake();
            }
        });
        while (consumed < rounds)
        {
            _poller.Poll(Linked.Patience);
            Assert.True(_poller.WasWoken);
            consumed = Volatile.Read(ref produced);
        }

        await producer;
    }

    [Fact]
    public void Remove_WhileWalking_SkipsTheRemoved()
    {
        using Linked first = new Linked(), second = new();
        ZmqPollItem one = _poller.Add(first.Dealer, ZmqPollEvents.Out);
        ZmqPollItem two = _poller.Add(second.Dealer, ZmqPollEvents.Out);
        Assert.Equal(2, _poller.Poll(Linked.Patience));

        int seen = 0;
        foreach (ZmqPollItem item in _poller.Ready)
        {
            seen++;
            _poller.Remove(item == one ? two : one);
        }

        Assert.Equal(1, seen);
        Assert.Equal(1, _poller.Poll(Linked.Patience));
    }

    [Fact]
    public void Remove_Twice_Throws()
    {
        using var linked = new Linked();
        ZmqPollItem item = _poller.Add(linked.Dealer, ZmqPollEvents.Out);
        _poller.Remove(item);

        Assert.Throws<ArgumentException>(() => _poller.Remove(item));
    }

    [Fact]
    public void Poll_ManyItems_GrowsAndFindsTheReadyOnes()
    {
        using var linked = new Linked();
        for (int i = 0; i < 20; i++) _poller.Add(linked.Router, ZmqPollEvents.In, i);
        Linked.Send(linked.Dealer, "hello");
        _poller.Poll(Linked.Patience);

        // The message may have come halfway through the first look.
        Assert.Equal(20, _poller.Poll(TimeSpan.Zero));
        Assert.Equal(Enumerable.Range(0, 20), Ready().Select(item => (int)item.Token!));
    }

    [Fact]
    public void Poll_Repeated_AllocatesNothing()
    {
        using var linked = new Linked();
        _poller.Add(linked.Dealer, ZmqPollEvents.Out);
        PollAndWalk();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) PollAndWalk();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Poll_SocketDisposed_Throws()
    {
        var linked = new Linked();
        _poller.Add(linked.Router, ZmqPollEvents.In);
        linked.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _poller.Poll(TimeSpan.Zero));
    }

    [Fact]
    public void AnyCall_Disposed_Throws()
    {
        _poller.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _poller.Poll(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => _poller.Add(0, ZmqPollEvents.In));
        Assert.Throws<ObjectDisposedException>(_poller.Wake);
    }

    private void PollAndWalk()
    {
        _poller.Poll(TimeSpan.Zero);
        foreach (ZmqPollItem item in _poller.Ready) _ = item.Ready;
    }

    private List<ZmqPollItem> Ready()
    {
        var ready = new List<ZmqPollItem>();
        foreach (ZmqPollItem item in _poller.Ready) ready.Add(item);
        return ready;
    }
}
