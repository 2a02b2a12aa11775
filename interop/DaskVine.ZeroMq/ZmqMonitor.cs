using System.Runtime.InteropServices;
using System.Text;

namespace DaskVine.ZeroMq;

/// <summary>
/// Tells what happens to the connections of a socket. A socket has one monitor at most. For the thread that owns the socket,
/// and to be disposed before it.
/// </summary>
public sealed class ZmqMonitor : IDisposable
{
    private static long _made;

    private readonly ZmqSocket _monitored;
    private readonly ZmqMessage _message = new();

    /// <summary>Starts to monitor; what happened before is not told.</summary>
    /// <exception cref="ZmqException">The socket cannot be monitored.</exception>
    public ZmqMonitor(ZmqSocket monitored, ZmqEvents events = ZmqEvents.All)
    {
        ArgumentNullException.ThrowIfNull(monitored);
        _monitored = monitored;
        string endpoint = $"inproc://daskvine.monitor.{Interlocked.Increment(ref _made)}";
        if (NativeZmq.Monitor(monitored.Handle, endpoint, (int)events) < 0) throw ZmqException.Last($"monitor a socket at {endpoint}");
        Socket = new ZmqSocket(monitored.Context, ZmqSocketType.Pair);
        try
        {
            // With a limit, unread events would in the end block the I/O thread that tells them.
            Socket.ReceiveHighWatermark = 0;
            Socket.Connect(endpoint);
        }
        catch (ZmqException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The socket on which events come in, to be polled and not to be received from.</summary>
    public ZmqSocket Socket { get; }

    /// <summary>Takes the next event.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryReceive(out ZmqMonitorEvent next)
    {
        bool received = Socket.TryReceive(_message);
        next = received ? Decode() : default;
        return received;
    }

    /// <summary>Stops to monitor.</summary>
    public void Dispose()
    {
        // First, since libzmq's end would block an I/O thread once it has nobody to tell.
        if (!_monitored.Handle.IsClosed) _ = NativeZmq.Monitor(_monitored.Handle, null, 0);
        Socket.Dispose();
        _message.Dispose();
    }

    // A frame of uint16 event and uint32 value in the machine's own byte order, then a frame with the endpoint.
    private ZmqMonitorEvent Decode()
    {
        ReadOnlySpan<byte> head = _message[0].Span;
        var happened = (ZmqEvents)MemoryMarshal.Read<ushort>(head);
        int value = MemoryMarshal.Read<int>(head[sizeof(ushort)..]);
        return new ZmqMonitorEvent(happened, value, Encoding.UTF8.GetString(_message[1].Span));
    }
}
