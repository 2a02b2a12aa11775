namespace DaskVine.ZeroMq;

/// <summary>What an item of a <see cref="ZmqPoller"/> is asked for, or is ready for; the values are libzmq's.</summary>
[Flags]
public enum ZmqPollEvents : short
{
    /// <summary>Nothing; an item asked for nothing stays in the poller and rests.</summary>
    None = 0,

    /// <summary>A message or bytes can be received.</summary>
    In = 1,

    /// <summary>A message or bytes can be sent.</summary>
    Out = 2,

    /// <summary>A file descriptor hung up or failed; told whether asked for or not, and never of a socket.</summary>
    Error = 4,
}
