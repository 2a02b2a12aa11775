using System.Buffers;

namespace DaskVine.ZeroMq;

/// <summary>
/// The frames of one multipart message, owned until they are sent or moved elsewhere. Reusable; for one thread at a time.
/// It must be disposed, or its frames leak.
/// </summary>
public sealed class ZmqMessage : IDisposable
{
    // Below this, pinning and the call back cost more than the copy.
    private const int CopyBelow = 512;

    private readonly List<ZmqFrame> _frames = [];
    private bool _disposed;

    /// <summary>How many frames the message has.</summary>
    public int Count => _frames.Count;

    /// <summary>
    /// Who sent a received message: the user id that the ZAP handler gave to its connection, which the sender cannot choose.
    /// Null when no handler was asked, and for a message that was not received.
    /// </summary>
    // The first frame of a router's message is its own and knows nothing.
    public string? UserId => Count == 0 ? null : _frames[^1].Property("User-Id");

    /// <summary>The frame at a position, counted from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public ZmqFrame this[int index] => _frames[index];

    /// <summary>Walks over the frames.</summary>
    public List<ZmqFrame>.Enumerator GetEnumerator() => _frames.GetEnumerator();

    /// <summary>Appends a frame with a copy of <paramref name="bytes"/>.</summary>
    public void AddCopy(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _frames.Add(ZmqFrame.Copy(bytes));
    }

    /// <summary>
    /// Appends a frame over <paramref name="memory"/>, pinned until libzmq has sent it; short ones are copied instead.
    /// The bytes must not change meanwhile, which nobody is told the end of: see the overloads with an owner for that.
    /// </summary>
    public void Add(ReadOnlyMemory<byte> memory)
    {
        if (memory.Length < CopyBelow)
        {
            AddCopy(memory.Span);
            return;
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        MemoryHandle pin = memory.Pin();
        AddPinned(pin, memory.Length, pin);
    }

    /// <summary>
    /// Appends a frame over <paramref name="memory"/>, pinned until libzmq has sent it, and then disposes
    /// <paramref name="owner"/>: once, on any thread, also when the frame is never sent, for a short and therefore copied one
    /// already here. Its Dispose must not throw. When this method itself throws, the owner stays the caller's.
    /// </summary>
    public void AddOwned(ReadOnlyMemory<byte> memory, IDisposable owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (memory.Length < CopyBelow)
        {
            AddCopy(memory.Span);
            owner.Dispose();
            return;
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        MemoryHandle pin = memory.Pin();
        AddPinned(pin, memory.Length, new PinnedOwner(pin, owner));
    }

    /// <summary>As the other overload, over native memory that stays in place until its owner is disposed, such as a mapped file.</summary>
    /// <param name="data">The address of the first byte.</param>
    /// <param name="length">Bytes, which may be more than 2 GiB.</param>
    /// <param name="owner">What keeps the bytes readable.</param>
    public unsafe void AddOwned(nint data, long length, IDisposable owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (length < CopyBelow)
        {
            AddCopy(new ReadOnlySpan<byte>((void*)data, (int)length));
            owner.Dispose();
            return;
        }

        _frames.Add(ZmqFrame.Own((void*)data, length, owner));
    }

    /// <summary>Appends a frame over the bytes of another, without copying them: to send the same bytes to several peers.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or released.</exception>
    public void AddShared(ZmqFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _frames.Add(frame.Share());
    }

    /// <summary>Takes all frames out of <paramref name="source"/> and appends them here, without copying.</summary>
    public void MoveFrom(ZmqMessage source)
    {
        ArgumentNullException.ThrowIfNull(source);
        MoveFrom(source, 0, source.Count);
    }

    /// <summary>Takes some frames out of <paramref name="source"/> and appends them here, without copying.</summary>
    /// <exception cref="ArgumentException">The source has fewer frames, or is this message.</exception>
    public void MoveFrom(ZmqMessage source, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (source == this) throw new ArgumentException("A message cannot move frames to itself.", nameof(source));
        _frames.AddRange(source._frames.GetRange(start, count));
        source._frames.RemoveRange(start, count);
    }

    /// <summary>Releases all frames; the message can be filled again.</summary>
    public void Clear()
    {
        foreach (ZmqFrame frame in _frames) frame.Release();
        _frames.Clear();
    }

    /// <summary>Releases all frames for good.</summary>
    public void Dispose()
    {
        _disposed = true;
        Clear();
    }

    /// <returns>As <see cref="ZmqFrame.TryReceive"/>; the message is empty unless it is None.</returns>
    internal ZmqError TryReceive(nint socket)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Clear();
        do
        {
            ZmqError error = ZmqFrame.TryReceive(socket, out ZmqFrame? frame);
            if (frame is null)
            {
                Clear();
                return error;
            }

            _frames.Add(frame);
        }
        while (_frames[^1].HasMore);
        return ZmqError.None;
    }

    /// <returns>As <see cref="ZmqFrame.TrySend"/>.</returns>
    internal ZmqError TrySend(nint socket, ZmqSocketType type)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Count == 0) throw new InvalidOperationException("A message without frames cannot be sent.");
        ZmqError error = _frames[0].TrySend(socket, Count > 1);
        if (error != ZmqError.None) return error;
        for (int i = 1; i < Count; i++)
        {
            error = _frames[i].TrySend(socket, i < Count - 1);

            // Room for the first frame is room for all, so the peer has gone during the message and taken it with it. libzmq then
            // discards the further frames, which it has to be given; except for a pair, which would send them to its next peer.
            if (error == ZmqError.Again && type == ZmqSocketType.Pair) break;
            if (error is not (ZmqError.None or ZmqError.Again)) break;
        }

        Clear();
        return error == ZmqError.Again ? ZmqError.None : error;
    }

    private unsafe void AddPinned(MemoryHandle pin, int length, IDisposable owner)
    {
        try
        {
            _frames.Add(ZmqFrame.Own(pin.Pointer, length, owner));
        }
        catch (ZmqException)
        {
            pin.Dispose();
            throw;
        }
    }

    private sealed class PinnedOwner(MemoryHandle pin, IDisposable owner) : IDisposable
    {
        public void Dispose()
        {
            pin.Dispose();
            owner.Dispose();
        }
    }
}
