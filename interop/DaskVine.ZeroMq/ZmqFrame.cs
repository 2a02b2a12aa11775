using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>
/// One frame of a <see cref="ZmqMessage"/>. Its bytes are libzmq's own memory, or the sender's where it was not copied:
/// they may be read until the message that holds the frame is sent, cleared, received into again or disposed.
/// </summary>
/// <remarks>
/// There is deliberately no finalizer: a message that is lost without being disposed leaks,
/// where a finalizer could free bytes that a span still looks at.
/// </remarks>
public sealed unsafe class ZmqFrame
{
    private readonly byte* _data;
    private NativeMessage* _native;
    private FrameMemory? _memory;

    private ZmqFrame(NativeMessage* native)
    {
        _native = native;
        _data = (byte*)NativeZmq.MessageData(native);
        Length = (long)NativeZmq.MessageSize(native);
        HasMore = NativeZmq.MessageMore(native) != 0;
    }

    /// <summary>Bytes in the frame.</summary>
    public long Length { get; }

    /// <summary>The bytes, in place.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or released.</exception>
    /// <exception cref="OverflowException">The frame is longer than a span can be, 2 GiB.</exception>
    public ReadOnlySpan<byte> Span => Writable;

    /// <summary>The bytes, in place, for as long as <see cref="Span"/>; reading it later throws.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or released.</exception>
    /// <exception cref="OverflowException">The frame is longer than 2 GiB.</exception>
    public ReadOnlyMemory<byte> Memory => (_memory ??= new FrameMemory(this)).Memory;

    /// <summary>Whether another frame follows in the message that this one was received with.</summary>
    internal bool HasMore { get; }

    private Span<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(_native is null, this);
            return new Span<byte>(_data, checked((int)Length));
        }
    }

    /// <summary>What libzmq knows of the connection that the frame came by, such as "User-Id" or "Peer-Address"; null for nothing.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or released.</exception>
    public string? Property(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_native is null, this);
        return Marshal.PtrToStringUTF8(NativeZmq.MessageProperty(_native, name));
    }

    /// <summary>A copy of the bytes, which outlives the frame.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or released.</exception>
    public byte[] ToArray() => Span.ToArray();

    internal static ZmqFrame Copy(ReadOnlySpan<byte> bytes)
    {
        NativeMessage* native = Allocate();
        if (NativeZmq.MessageInitSize(native, (nuint)bytes.Length) < 0) throw Abandon(native, "make a frame");
        var frame = new ZmqFrame(native);
        bytes.CopyTo(frame.Writable);
        return frame;
    }

    /// <summary>A frame over memory that stays in place until <paramref name="owner"/> is disposed.</summary>
    internal static ZmqFrame Own(void* data, long length, IDisposable owner)
    {
        NativeMessage* native = Allocate();
        var hint = GCHandle.Alloc(owner);
        if (NativeZmq.MessageInitData(native, data, (nuint)length, &ReleaseOwner, (void*)GCHandle.ToIntPtr(hint)) < 0)
        {
            hint.Free();
            throw Abandon(native, "make a frame");
        }

        return new ZmqFrame(native);
    }

    /// <summary>Another frame over the same bytes, which libzmq counts references to.</summary>
    internal ZmqFrame Share()
    {
        ObjectDisposedException.ThrowIf(_native is null, this);
        NativeMessage* native = Allocate();
        _ = NativeZmq.MessageInit(native);
        if (NativeZmq.MessageCopy(native, _native) < 0) throw Abandon(native, "share a frame");
        return new ZmqFrame(native);
    }

    /// <returns>None and the frame; or <see cref="ZmqError.Again"/> when nothing is there, or what went wrong.</returns>
    internal static ZmqError TryReceive(nint socket, out ZmqFrame? frame)
    {
        NativeMessage* native = Allocate();
        _ = NativeZmq.MessageInit(native);
        frame = null;
        while (NativeZmq.MessageReceive(native, socket, NativeZmq.DontWait) < 0)
        {
            ZmqError error = ZmqException.LastError;
            if (error == ZmqError.Interrupted) continue;
            NativeMemory.Free(native);
            return error;
        }

        frame = new ZmqFrame(native);
        return ZmqError.None;
    }

    /// <returns>
    /// None; or <see cref="ZmqError.Again"/> when the socket has no room, or what went wrong; the frame is then as it was.
    /// </returns>
    internal ZmqError TrySend(nint socket, bool more)
    {
        ObjectDisposedException.ThrowIf(_native is null, this);
        int flags = NativeZmq.DontWait | (more ? NativeZmq.SendMore : 0);
        while (NativeZmq.MessageSend(_native, socket, flags) < 0)
        {
            ZmqError error = ZmqException.LastError;
            if (error != ZmqError.Interrupted) return error;
        }

        return ZmqError.None;
    }

    /// <summary>Gives the bytes back to libzmq, or just the emptied shell of a frame that was sent.</summary>
    internal void Release()
    {
        NativeMessage* native = _native;
        if (native is null) return;
        _native = null;
        _ = NativeZmq.MessageClose(native);
        NativeMemory.Free(native);
    }

    private static NativeMessage* Allocate() => (NativeMessage*)NativeMemory.Alloc((nuint)sizeof(NativeMessage));

    private static ZmqException Abandon(NativeMessage* native, string attempt)
    {
        ZmqException exception = ZmqException.Last(attempt);
        NativeMemory.Free(native);
        return exception;
    }

    // libzmq calls this once, when the last reference goes: on an I/O thread, or where the frame is released.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseOwner(void* data, void* hint)
    {
        var handle = GCHandle.FromIntPtr((nint)hint);
        var owner = (IDisposable)handle.Target!;
        handle.Free();
        owner.Dispose();
    }

    private sealed class FrameMemory(ZmqFrame frame) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => frame.Writable;

        public override MemoryHandle Pin(int elementIndex = 0) =>
            new(Unsafe.AsPointer(ref MemoryMarshal.GetReference(frame.Writable[elementIndex..])));

        public override void Unpin()
        {
        }

        // The message disposes the frame; its memory is only a way to look at it.
        protected override void Dispose(bool disposing)
        {
        }
    }
}
