using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq.Tests;

public class ZmqMessageTests
{
    private const int Long = 1 << 20;
    private const int Short = 16;

    [Fact]
    public void AddOwned_SentOverTcp_OwnerIsDisposedExactlyOnce()
    {
        using Linked linked = new Linked().Greeted();
        using var owner = new Owner();
        using var message = new ZmqMessage();
        message.AddOwned(new byte[Long], owner);

        Assert.True(linked.Dealer.TrySend(message));
        using ZmqMessage received = Linked.Receive(linked.Router);

        Assert.Equal(Long, received[1].Length);
        Assert.True(owner.Wait());
        linked.Dispose();
        Assert.Equal(1, owner.Disposals);
    }

    [Fact]
    public void AddOwned_ReceivedInProcess_IsTheSendersMemoryUntilReleased()
    {
        using Linked linked = new Linked("inproc://zero-copy").Greeted();
        using var owner = new Owner();
        using var message = new ZmqMessage();
        byte[] bytes = new byte[Long];
        message.AddOwned(bytes.AsMemory(1), owner);
        Assert.True(linked.Dealer.TrySend(message));

        using (ZmqMessage received = Linked.Receive(linked.Router))
        {
            Assert.True(received[1].Span.Overlaps(bytes, out int offset));
            Assert.Equal(-1, offset);
            Assert.Equal(0, owner.Disposals);
        }

        Assert.Equal(1, owner.Disposals);
    }

    [Fact]
    public void AddOwned_NativeMemory_IsReleasedWithTheMessage()
    {
        using var owner = new Owner();
        nint data = Marshal.AllocHGlobal(Long);
        using (var message = new ZmqMessage())
        {
            message.AddOwned(data, Long, owner);
            Marshal.WriteByte(data, Long - 1, 42);
            Assert.Equal(42, message[0].Span[^1]);
            Assert.Equal(0, owner.Disposals);
        }

        Marshal.FreeHGlobal(data);
        Assert.Equal(1, owner.Disposals);
    }

    [Fact]
    public void AddOwned_ShortMemory_IsCopiedAndItsOwnerDisposedAtOnce()
    {
        using var owner = new Owner();
        using var message = new ZmqMessage();
        byte[] bytes = new byte[Short];

        message.AddOwned(bytes, owner);

        Assert.Equal(1, owner.Disposals);
        Assert.False(message[0].Span.Overlaps(bytes));
    }

    [Fact]
    public void Add_LongMemory_IsNotCopied()
    {
        using var message = new ZmqMessage();
        byte[] bytes = new byte[Long];

        message.Add(bytes);

        Assert.True(message[0].Span.Overlaps(bytes));
    }

    [Fact]
    public void Add_MessageGone_UnpinsTheArray()
    {
        WeakReference array = AddAndDispose();
        GC.Collect();
        Assert.False(array.IsAlive);

        static WeakReference AddAndDispose()
        {
            byte[] bytes = new byte[Long];
            using var message = new ZmqMessage();
            message.Add(bytes);
            return new WeakReference(bytes);
        }
    }

    [Fact]
    public void AddShared_EitherGone_BytesLiveOnInTheOther()
    {
        using var owner = new Owner();
        using var first = new ZmqMessage();
        using var second = new ZmqMessage();
        byte[] bytes = new byte[Long];
        first.AddOwned(bytes, owner);
        second.AddShared(first[0]);

        first.Clear();

        Assert.Equal(0, owner.Disposals);
        Assert.True(second[0].Span.Overlaps(bytes));
        second.Clear();
        Assert.Equal(1, owner.Disposals);
    }

    [Fact]
    public void MoveFrom_ReceivedFrames_AreForwardedWithoutCopying()
    {
        using Linked linked = new Linked("inproc://forward").Greeted();
        byte[] bytes = new byte[Long];
        using var message = new ZmqMessage();
        message.AddCopy("short"u8);
        message.Add(bytes);
        Assert.True(linked.Dealer.TrySend(message));
        using ZmqMessage received = Linked.Receive(linked.Router);
        ReadOnlyMemory<byte> kept = received[2].Memory;

        using ZmqMessage forwarded = Linked.Message("dealer");
        forwarded.MoveFrom(received, 1, 2);

        Assert.Equal(1, received.Count);
        received.Dispose();
        Assert.True(kept.Span.Overlaps(bytes));
        Assert.True(linked.Router.TrySend(forwarded));
        using ZmqMessage back = Linked.Receive(linked.Dealer);
        Assert.True(back[0].Span.SequenceEqual("short"u8));
        Assert.True(back[1].Span.Overlaps(bytes));
    }

    [Fact]
    public void MoveFrom_Itself_Throws()
    {
        using ZmqMessage message = Linked.Message("a");

        Assert.Throws<ArgumentException>(() => message.MoveFrom(message));
        Assert.Equal(["a"], Linked.Read(message));
    }

    [Fact]
    public void AnyCall_Disposed_Throws()
    {
        using var linked = new Linked();
        using var owner = new Owner();
        ZmqMessage message = Linked.Message("a");
        message.Dispose();

        Assert.Throws<ObjectDisposedException>(() => message.AddCopy([]));
        Assert.Throws<ObjectDisposedException>(() => message.Add(new byte[Long]));
        Assert.Throws<ObjectDisposedException>(() => message.AddOwned(new byte[Short], owner));
        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.TrySend(message));
        Assert.Throws<ObjectDisposedException>(() => linked.Dealer.TryReceive(message));
        Assert.Equal(0, owner.Disposals);
    }
}
