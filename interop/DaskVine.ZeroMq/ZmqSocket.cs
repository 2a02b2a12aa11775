namespace DaskVine.ZeroMq;

/// <summary>A socket. For one thread at a time; it never blocks, except in <see cref="TryReceive(ZmqMessage, TimeSpan)"/>.</summary>
public sealed partial class ZmqSocket : IDisposable
{
    private string _endpoint = "no endpoint";

    /// <summary>Opens a socket, to be bound or connected after its options are set.</summary>
    /// <exception cref="ZmqException">The context has no room for another socket, or was terminated.</exception>
    public ZmqSocket(ZmqContext context, ZmqSocketType type)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
        Type = type;
        Handle = SocketHandle.Open(context.Handle, type);
    }

    /// <summary>The pattern that the socket follows.</summary>
    public ZmqSocketType Type { get; }

    internal SocketHandle Handle { get; }

    internal ZmqContext Context { get; }

    /// <summary>Accepts connections at an endpoint: <c>tcp://127.0.0.1:*</c>, <c>ipc:///run/x</c>, <c>inproc://name</c>.</summary>
    /// <exception cref="ZmqException">Such as <see cref="ZmqError.AddressInUse"/>; the message names the endpoint.</exception>
    public void Bind(string endpoint) => OnEndpoint("bind to", NativeZmq.Bind, endpoint);

    /// <summary>Stops accepting connections; a wildcard is unbound by what <see cref="LastEndpoint"/> then said.</summary>
    /// <exception cref="ZmqException"><see cref="ZmqError.NotFound"/>: the socket is not bound there.</exception>
    public void Unbind(string endpoint) => OnEndpoint("unbind from", NativeZmq.Unbind, endpoint);

    /// <summary>Connects in the background, and again whenever the connection is lost.</summary>
    /// <exception cref="ZmqException">The endpoint makes no sense; a peer that is absent is no error.</exception>
    public void Connect(string endpoint) => OnEndpoint("connect to", NativeZmq.Connect, endpoint);

    /// <summary>Drops a connection, and what waited to be sent on it.</summary>
    /// <exception cref="ZmqException"><see cref="ZmqError.NotFound"/>: the socket is not connected there.</exception>
    public void Disconnect(string endpoint) => OnEndpoint("disconnect from", NativeZmq.Disconnect, endpoint);

    /// <summary>Sends all frames or none.</summary>
    /// <returns>
    /// True when libzmq took the message, which is now empty; false when the socket has no room or no peer,
    /// and the message is as before.
    /// </returns>
    /// <exception cref="ZmqException">
    /// <see cref="ZmqError.HostUnreachable"/> from a mandatory router, and the message is as before; or the context was terminated.
    /// </exception>
    /// <exception cref="InvalidOperationException">The message has no frames.</exception>
    public bool TrySend(ZmqMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        using SocketHandle.Lease lease = Handle.Borrow();
        return Succeeded(message.TrySend(lease.Pointer, Type), "send");
    }

    /// <summary>Receives a whole message, without waiting.</summary>
    /// <param name="into">Cleared first; holds the frames afterwards.</param>
    /// <returns>False when none is there.</returns>
    /// <exception cref="ZmqException">The context was terminated.</exception>
    public bool TryReceive(ZmqMessage into)
    {
        ArgumentNullException.ThrowIfNull(into);
        using SocketHandle.Lease lease = Handle.Borrow();
        return Succeeded(into.TryReceive(lease.Pointer), "receive");
    }

    /// <summary>Receives a whole message, waiting for it.</summary>
    /// <param name="into">Cleared first; holds the frames afterwards.</param>
    /// <param name="timeout">Rounded up to milliseconds; -1 ms waits for ever.</param>
    /// <returns>False when none came in time.</returns>
    /// <exception cref="ZmqException">The context was terminated.</exception>
    public bool TryReceive(ZmqMessage into, TimeSpan timeout)
    {
        // A socket that polls as readable has a whole message, so one wait is enough.
        if (TryReceive(into)) return true;
        using (SocketHandle.Lease lease = Handle.Borrow())
        {
            Span<NativePollItem> items = [new() { Socket = lease.Pointer, Events = ZmqPollEvents.In }];
            if (ZmqPoller.Wait(items, timeout) == 0) return false;
        }

        return TryReceive(into);
    }

    /// <summary>Closes the socket; what waits to be sent is still sent for as long as <see cref="Linger"/> says.</summary>
    public void Dispose() => Handle.Dispose();

    private bool Succeeded(ZmqError error, string attempt) => error switch
    {
        ZmqError.None => true,
        ZmqError.Again => false,
        _ => throw new ZmqException(error, $"{attempt} by the {Type} socket of {_endpoint}"),
    };

    private void OnEndpoint(string attempt, Func<SocketHandle, string, int> call, string endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        while (call(Handle, endpoint) < 0)
        {
            ZmqError error = ZmqException.LastError;
            if (error != ZmqError.Interrupted) throw new ZmqException(error, $"{attempt} {endpoint}");
        }

        _endpoint = endpoint;
    }
}
