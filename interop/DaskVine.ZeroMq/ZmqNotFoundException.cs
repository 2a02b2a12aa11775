namespace DaskVine.ZeroMq;

/// <summary>libzmq is not installed, or the copy that DASKVINE_LIBZMQ names does not load; the message says what to do.</summary>
public sealed class ZmqNotFoundException : DllNotFoundException
{
    internal ZmqNotFoundException(string message)
        : base(message)
    {
    }
}
