namespace DaskVine.ZeroMq.Tests;

public class ZmqFrameTests
{
    [Fact]
    public void Memory_MessageAlive_ShowsTheBytesInPlace()
    {
        using ZmqMessage message = Linked.Message("hello");
        ReadOnlyMemory<byte> memory = message[0].Memory[1..];

        Assert.True(memory.Span.SequenceEqual("ello"u8));
        Assert.True(memory.Span.Overlaps(message[0].Span));
    }

    [Fact]
    public void Memory_Pinned_PointsAtTheBytes()
    {
        using ZmqMessage message = Linked.Message(new string('x', 1000));
        using var pinning = new ZmqMessage();

        pinning.Add(message[0].Memory[1..]);

        Assert.True(message[0].Span.Overlaps(pinning[0].Span, out int offset));
        Assert.Equal(1, offset);
    }

    [Fact]
    public void Bytes_MessageDisposed_Throw()
    {
        ZmqMessage message = Linked.Message("hello");
        ZmqFrame frame = message[0];
        ReadOnlyMemory<byte> memory = frame.Memory;
        byte[] copy = frame.ToArray();
        message.Dispose();

        Assert.Throws<ObjectDisposedException>(() => frame.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Equal("hello"u8.ToArray(), copy);
    }

    [Fact]
    public void Bytes_MessageSent_Throw()
    {
        using Linked linked = new Linked().Greeted();
        using ZmqMessage message = Linked.Message("hello");
        ZmqFrame frame = message[0];

        Assert.True(linked.Dealer.TrySend(message));

        Assert.Equal(0, message.Count);
        Assert.Throws<ObjectDisposedException>(() => frame.Span.Length);
    }
}
