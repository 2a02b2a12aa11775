namespace DaskVine.ZeroMq;

/// <summary>
/// A socket option for <see cref="ZmqSocket.SetOption(ZmqOption, int)"/> and its kin; the values are libzmq's,
/// and one that is not listed here can be cast from its number.
/// </summary>
public enum ZmqOption
{
    /// <summary>ZMQ_ROUTING_ID: bytes, 1 to 255.</summary>
    RoutingId = 5,

    /// <summary>ZMQ_SUBSCRIBE: bytes, a prefix; set only.</summary>
    Subscribe = 6,

    /// <summary>ZMQ_UNSUBSCRIBE: bytes, a prefix; set only.</summary>
    Unsubscribe = 7,

    /// <summary>ZMQ_SNDBUF: int, bytes of the kernel's send buffer, -1 for its default.</summary>
    SendBuffer = 11,

    /// <summary>ZMQ_RCVBUF: int, bytes of the kernel's receive buffer, -1 for its default.</summary>
    ReceiveBuffer = 12,

    /// <summary>ZMQ_LINGER: int, milliseconds, -1 for ever.</summary>
    Linger = 17,

    /// <summary>ZMQ_RECONNECT_IVL: int, milliseconds, -1 for never.</summary>
    ReconnectInterval = 18,

    /// <summary>ZMQ_BACKLOG: int, connections waiting to be accepted.</summary>
    Backlog = 19,

    /// <summary>ZMQ_RECONNECT_IVL_MAX: int, milliseconds, 0 for no growth.</summary>
    ReconnectIntervalMax = 21,

    /// <summary>ZMQ_MAXMSGSIZE: long, bytes a frame, -1 for no limit.</summary>
    MaxMessageSize = 22,

    /// <summary>ZMQ_SNDHWM: int, messages, 0 for no limit.</summary>
    SendHighWatermark = 23,

    /// <summary>ZMQ_RCVHWM: int, messages, 0 for no limit.</summary>
    ReceiveHighWatermark = 24,

    /// <summary>ZMQ_LAST_ENDPOINT: text; get only.</summary>
    LastEndpoint = 32,

    /// <summary>ZMQ_ROUTER_MANDATORY: int, 0 or 1; set only.</summary>
    RouterMandatory = 33,

    /// <summary>ZMQ_TCP_KEEPALIVE: int, 0 or 1, -1 for the kernel's default.</summary>
    TcpKeepAlive = 34,

    /// <summary>ZMQ_TCP_KEEPALIVE_CNT: int, probes.</summary>
    TcpKeepAliveCount = 35,

    /// <summary>ZMQ_TCP_KEEPALIVE_IDLE: int, seconds.</summary>
    TcpKeepAliveIdle = 36,

    /// <summary>ZMQ_TCP_KEEPALIVE_INTVL: int, seconds.</summary>
    TcpKeepAliveInterval = 37,

    /// <summary>ZMQ_IMMEDIATE: int, 0 or 1.</summary>
    Immediate = 39,

    /// <summary>ZMQ_IPV6: int, 0 or 1.</summary>
    Ipv6 = 42,

    /// <summary>ZMQ_CURVE_SERVER: int, 0 or 1.</summary>
    CurveServer = 47,

    /// <summary>ZMQ_CURVE_PUBLICKEY: 32 bytes.</summary>
    CurvePublicKey = 48,

    /// <summary>ZMQ_CURVE_SECRETKEY: 32 bytes.</summary>
    CurveSecretKey = 49,

    /// <summary>ZMQ_CURVE_SERVERKEY: 32 bytes.</summary>
    CurveServerKey = 50,

    /// <summary>ZMQ_PROBE_ROUTER: int, 0 or 1; set only.</summary>
    ProbeRouter = 51,

    /// <summary>ZMQ_ZAP_DOMAIN: text.</summary>
    ZapDomain = 55,

    /// <summary>ZMQ_ROUTER_HANDOVER: int, 0 or 1; set only.</summary>
    RouterHandover = 56,

    /// <summary>ZMQ_HANDSHAKE_IVL: int, milliseconds, 0 for no limit.</summary>
    HandshakeInterval = 66,

    /// <summary>ZMQ_HEARTBEAT_IVL: int, milliseconds, 0 for none.</summary>
    HeartbeatInterval = 75,

    /// <summary>ZMQ_HEARTBEAT_TTL: int, milliseconds, in steps of 100.</summary>
    HeartbeatTtl = 76,

    /// <summary>ZMQ_HEARTBEAT_TIMEOUT: int, milliseconds, -1 for the interval's.</summary>
    HeartbeatTimeout = 77,

    /// <summary>ZMQ_CONNECT_TIMEOUT: int, milliseconds, 0 for the kernel's.</summary>
    ConnectTimeout = 79,
}
