namespace DaskVine.ZeroMq;

/// <summary>The I/O threads and in-process endpoints that a set of sockets share. Safe to use from any thread.</summary>
public sealed class ZmqContext : IDisposable
{
    private const int IoThreadsOption = 1;
    private const int MaxSocketsOption = 2;
    private const int BlockyOption = 70;

    /// <summary>Starts a context.</summary>
    /// <param name="ioThreads">Threads that move bytes; one serves about a gigabyte a second.</param>
    /// <param name="maxSockets">How many sockets may be open at once.</param>
    /// <exception cref="ZmqException">A number is out of range.</exception>
    /// <exception cref="ZmqNotFoundException">libzmq is not installed.</exception>
    public ZmqContext(int ioThreads = 1, int maxSockets = 1023)
    {
        Handle = NativeZmq.ContextNew();
        if (Handle.IsInvalid) throw ZmqException.Last("create a context");
        try
        {
            Set(IoThreadsOption, ioThreads, "I/O threads");
            Set(MaxSocketsOption, maxSockets, "sockets at most");

            // Makes LINGER 0 the default of every socket, so that a forgotten one cannot hold up the end of the process.
            Set(BlockyOption, 0, "as the linger default");
        }
        catch (ZmqException)
        {
            Handle.Dispose();
            throw;
        }
    }

    internal ContextHandle Handle { get; }

    /// <summary>
    /// Ends the context: calls on sockets still open fail with <see cref="ZmqError.ContextTerminated"/>, waiting ones at once.
    /// Returns without waiting for open sockets; with all of them closed, waits for their <see cref="ZmqSocket.Linger"/>.
    /// </summary>
    public void Dispose()
    {
        if (Handle.IsClosed) return;
        _ = NativeZmq.ContextShutdown(Handle);
        Handle.Dispose();
    }

    private void Set(int option, int value, string meaning)
    {
        if (NativeZmq.ContextSet(Handle, option, value) < 0) throw ZmqException.Last($"give a context {value} {meaning}");
    }
}
