namespace DaskVine.ZeroMq;

/// <summary>A socket or a file descriptor in a <see cref="ZmqPoller"/>.</summary>
public sealed class ZmqPollItem
{
    internal ZmqPollItem(ZmqPoller poller, ZmqSocket? socket, int fileDescriptor, ZmqPollEvents interest, object? token)
    {
        Poller = poller;
        Socket = socket;
        FileDescriptor = fileDescriptor;
        Interest = interest;
        Token = token;
    }

    /// <summary>The socket, or null where the item is a file descriptor.</summary>
    public ZmqSocket? Socket { get; }

    /// <summary>The file descriptor, or -1 where the item is a socket.</summary>
    public int FileDescriptor { get; }

    /// <summary>What to wait for; a change counts from the next poll on.</summary>
    public ZmqPollEvents Interest { get; set; }

    /// <summary>What the last poll found.</summary>
    public ZmqPollEvents Ready { get; internal set; }

    /// <summary>The caller's own object for the item, such as its handler.</summary>
    public object? Token { get; }

    /// <summary>Null once removed.</summary>
    internal ZmqPoller? Poller { get; set; }

    /// <summary>The item's place in its poller.</summary>
    internal int Index { get; set; }

    /// <summary>Keeps a socket open while it is polled.</summary>
    /// <exception cref="ObjectDisposedException">The socket was disposed without being removed.</exception>
    internal NativePollItem Borrow()
    {
        bool referenced = false;
        Socket?.Handle.DangerousAddRef(ref referenced);
        return new NativePollItem
        {
            Socket = Socket?.Handle.DangerousGetHandle() ?? 0,
            FileDescriptor = FileDescriptor,
            Events = Interest,
        };
    }

    internal void Return() => Socket?.Handle.DangerousRelease();
}
