using System.Diagnostics;

namespace DaskVine.ZeroMq;

/// <summary>
/// Waits for any of a set of sockets and file descriptors. One thread owns it and its sockets;
/// only <see cref="Wake"/> may be called from others. A poll allocates nothing.
/// </summary>
public sealed class ZmqPoller : IDisposable
{
    // The first item is the wake-up, which is never listed as ready.
    private readonly List<ZmqPollItem> _items = [];
    private readonly List<ZmqPollItem> _ready = [];
    private readonly EventFd _wake = new();
    private NativePollItem[] _natives = GC.AllocateArray<NativePollItem>(8, pinned: true);
    private bool _disposed;

    /// <summary>Makes an empty poller.</summary>
    /// <exception cref="IOException">The process has no file descriptor left.</exception>
    public ZmqPoller() => Add(null, _wake.FileDescriptor, ZmqPollEvents.In, null);

    /// <summary>Whether <see cref="Wake"/> ended the last poll, or was called before it.</summary>
    public bool WasWoken { get; private set; }

    /// <summary>What the last poll found ready; items may be added and removed while this is walked.</summary>
    public ReadyItems Ready => new(this);

    /// <summary>Adds a socket, to be removed before it is disposed.</summary>
    public ZmqPollItem Add(ZmqSocket socket, ZmqPollEvents interest, object? token = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return Add(socket, -1, interest, token);
    }

    /// <summary>Adds a file descriptor, to be removed before it is closed.</summary>
    public ZmqPollItem Add(int fileDescriptor, ZmqPollEvents interest, object? token = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fileDescriptor);
        return Add(null, fileDescriptor, interest, token);
    }

    /// <summary>Removes an item; one that is ready and not yet walked over is not met any more.</summary>
    /// <exception cref="ArgumentException">The item is not in this poller.</exception>
    public void Remove(ZmqPollItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (item.Poller != this) throw new ArgumentException("The item is not in this poller.", nameof(item));
        ZmqPollItem last = _items[^1];
        _items[item.Index] = last;
        last.Index = item.Index;
        _items.RemoveAt(_items.Count - 1);
        item.Poller = null;
        item.Ready = ZmqPollEvents.None;
    }

    /// <summary>Waits until an item is ready, <see cref="Wake"/> is called or the time is over.</summary>
    /// <param name="timeout">Rounded up to milliseconds; zero looks without waiting, -1 ms waits for ever.</param>
    /// <returns>How many items are <see cref="Ready"/>; zero after a mere wake-up or when the time is over.</returns>
    /// <exception cref="ZmqException">A socket's context was terminated.</exception>
    /// <exception cref="ObjectDisposedException">This or one of the sockets was disposed.</exception>
    public int Poll(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ForgetReady();
        int borrowed = 0;
        try
        {
            for (; borrowed < _items.Count; borrowed++) _natives[borrowed] = _items[borrowed].Borrow();
            if (Wait(_natives.AsSpan(0, borrowed), timeout) > 0) CollectReady();
        }
        finally
        {
            while (borrowed > 0) _items[--borrowed].Return();
        }

        return _ready.Count;
    }

    /// <summary>Ends the poll in progress, or else the next one, at once. Any thread may call it; many calls end one poll.</summary>
    /// <exception cref="ObjectDisposedException">The poller was disposed.</exception>
    public void Wake() => _wake.Signal();

    /// <summary>Lets go of the items; their sockets and descriptors stay open.</summary>
    public void Dispose()
    {
        _disposed = true;
        _wake.Dispose();
    }

    /// <summary>zmq_poll, carried on after signals for what is left of the time.</summary>
    internal static unsafe int Wait(Span<NativePollItem> items, TimeSpan timeout)
    {
        bool forever = timeout == Timeout.InfiniteTimeSpan;
        if (!forever) ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        long started = Stopwatch.GetTimestamp();
        TimeSpan left = timeout;
        fixed (NativePollItem* first = items)
        {
            while (true)
            {
                int ready = NativeZmq.Poll(first, items.Length, forever ? -1 : (nint)Math.Ceiling(left.TotalMilliseconds));
                if (ready >= 0) return ready;
                if (ZmqException.LastError != ZmqError.Interrupted) throw ZmqException.Last("poll");
                left = timeout - Stopwatch.GetElapsedTime(started);
                if (left < TimeSpan.Zero) left = TimeSpan.Zero;
            }
        }
    }

    private ZmqPollItem Add(ZmqSocket? socket, int fileDescriptor, ZmqPollEvents interest, object? token)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var item = new ZmqPollItem(this, socket, fileDescriptor, interest, token) { Index = _items.Count };
        _items.Add(item);
        if (_items.Count > _natives.Length) _natives = GC.AllocateArray<NativePollItem>(2 * _natives.Length, pinned: true);
        return item;
    }

    private void ForgetReady()
    {
        foreach (ZmqPollItem item in _ready) item.Ready = ZmqPollEvents.None;
        _ready.Clear();
        WasWoken = false;
    }

    private void CollectReady()
    {
        if (_natives[0].Ready != ZmqPollEvents.None)
        {
            _wake.Drain();
            WasWoken = true;
        }

        for (int i = 1; i < _items.Count; i++)
        {
            if (_natives[i].Ready == ZmqPollEvents.None) continue;
            _items[i].Ready = _natives[i].Ready;
            _ready.Add(_items[i]);
        }
    }

    /// <summary>The items that a poll found ready, for foreach.</summary>
    public readonly struct ReadyItems
    {
        private readonly ZmqPoller _poller;

        internal ReadyItems(ZmqPoller poller) => _poller = poller;

        /// <summary>Starts at the first ready item.</summary>
        public Enumerator GetEnumerator() => new(_poller._ready);
    }

    /// <summary>Walks over ready items, past those removed meanwhile.</summary>
    public struct Enumerator
    {
        private readonly List<ZmqPollItem> _ready;
        private int _index = -1;

        internal Enumerator(List<ZmqPollItem> ready) => _ready = ready;

        /// <summary>The item under the cursor.</summary>
        public readonly ZmqPollItem Current => _ready[_index];

        /// <summary>Goes to the next ready item, if there is one.</summary>
        public bool MoveNext()
        {
            while (++_index < _ready.Count)
            {
                if (_ready[_index].Poller is not null) return true;
            }

            return false;
        }
    }
}
