namespace DaskVine.ZeroMq;

/// <summary>What a <see cref="ZmqMonitor"/> can tell about connections; the values are libzmq's.</summary>
[Flags]
public enum ZmqEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Connected, before the handshake; the value is the file descriptor.</summary>
    Connected = 0x1,

    /// <summary>Connecting goes on in the background.</summary>
    ConnectDelayed = 0x2,

    /// <summary>Connecting is tried again; the value is the wait in milliseconds.</summary>
    ConnectRetried = 0x4,

    /// <summary>Bound; the value is the file descriptor.</summary>
    Listening = 0x8,

    /// <summary>Could not bind; the value is a <see cref="ZmqError"/>.</summary>
    BindFailed = 0x10,

    /// <summary>A peer connected, before the handshake; the value is the file descriptor.</summary>
    Accepted = 0x20,

    /// <summary>A peer could not be accepted; the value is a <see cref="ZmqError"/>.</summary>
    AcceptFailed = 0x40,

    /// <summary>A connection or a listening endpoint was closed from here; the value is the file descriptor.</summary>
    Closed = 0x80,

    /// <summary>Could not close; the value is a <see cref="ZmqError"/>.</summary>
    CloseFailed = 0x100,

    /// <summary>A connection ended; the value is the file descriptor.</summary>
    Disconnected = 0x200,

    /// <summary>The monitored socket was closed; nothing follows.</summary>
    MonitorStopped = 0x400,

    /// <summary>The handshake broke off; the value is a <see cref="ZmqError"/>.</summary>
    HandshakeFailedNoDetail = 0x800,

    /// <summary>The connection is ready for messages.</summary>
    HandshakeSucceeded = 0x1000,

    /// <summary>The peer does not speak the protocol; the value says where, in libzmq's numbers.</summary>
    HandshakeFailedProtocol = 0x2000,

    /// <summary>The peer was not let in; the value is the status code, such as 400.</summary>
    HandshakeFailedAuth = 0x4000,

    /// <summary>All of them.</summary>
    All = 0xFFFF,
}

/// <summary>One thing that happened to a connection of a monitored socket.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Value">What each of <see cref="ZmqEvents"/> says it is.</param>
/// <param name="Endpoint">Where: the endpoint that was bound or connected.</param>
public readonly record struct ZmqMonitorEvent(ZmqEvents Event, int Value, string Endpoint);
