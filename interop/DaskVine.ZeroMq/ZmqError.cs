namespace DaskVine.ZeroMq;

/// <summary>Why libzmq refused a call: Linux's errno values, and libzmq's own beyond them.</summary>
public enum ZmqError
{
    /// <summary>No error is known.</summary>
    None = 0,

    /// <summary>ENOENT: no such endpoint to unbind or disconnect.</summary>
    NotFound = 2,

    /// <summary>EINTR: a signal came in between; retried inside and never thrown.</summary>
    Interrupted = 4,

    /// <summary>EAGAIN: nothing to receive, or no room to send, right now.</summary>
    Again = 11,

    /// <summary>ENOMEM: out of memory.</summary>
    OutOfMemory = 12,

    /// <summary>EACCES: not permitted by the operating system.</summary>
    AccessDenied = 13,

    /// <summary>EFAULT: the context or the socket is not one.</summary>
    BadAddress = 14,

    /// <summary>ENODEV: the endpoint names an interface that does not exist.</summary>
    NoDevice = 19,

    /// <summary>EINVAL: an endpoint, option or value that libzmq does not understand.</summary>
    InvalidArgument = 22,

    /// <summary>EMFILE: the process's or the context's limit of open sockets is reached.</summary>
    TooManySockets = 24,

    /// <summary>ENOTSOCK: the socket was closed.</summary>
    NotASocket = 88,

    /// <summary>EPROTONOSUPPORT: the endpoint's transport is not supported.</summary>
    ProtocolNotSupported = 93,

    /// <summary>ENOTSUP: a call that this type of socket does not offer.</summary>
    NotSupported = 95,

    /// <summary>EADDRINUSE: another socket is bound to the endpoint.</summary>
    AddressInUse = 98,

    /// <summary>EADDRNOTAVAIL: the endpoint's address is not one of this machine's.</summary>
    AddressNotAvailable = 99,

    /// <summary>ECONNREFUSED: nothing is bound to the in-process endpoint.</summary>
    ConnectionRefused = 111,

    /// <summary>EHOSTUNREACH: a mandatory router knows no peer of that routing id.</summary>
    HostUnreachable = 113,

    /// <summary>EFSM: the socket's pattern does not allow the call in this state.</summary>
    WrongState = 156384763,

    /// <summary>ENOCOMPATPROTO: the endpoint's transport does not fit the type of socket.</summary>
    IncompatibleProtocol = 156384764,

    /// <summary>ETERM: the context was terminated.</summary>
    ContextTerminated = 156384765,

    /// <summary>EMTHREAD: the context has no I/O thread.</summary>
    NoIoThread = 156384766,
}
