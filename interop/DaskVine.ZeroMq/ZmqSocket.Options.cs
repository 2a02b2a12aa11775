using System.Text;

namespace DaskVine.ZeroMq;

// Most options count for the endpoints bound or connected after they are set.
public sealed partial class ZmqSocket
{
    // The longest that libzmq gives out is an endpoint: ipc:// and a path of at most 108 bytes, or tcp:// and a host name.
    private const int LongestOption = 512;

    /// <summary>The endpoint last bound or connected, with wildcards filled in; empty before.</summary>
    public string LastEndpoint => Encoding.UTF8.GetString(GetBytesOption(ZmqOption.LastEndpoint)).TrimEnd('\0');

    /// <summary>The name by which a router addresses this socket: 1 to 255 bytes, the first not zero; empty when never set.</summary>
    public ReadOnlyMemory<byte> RoutingId
    {
        get => GetBytesOption(ZmqOption.RoutingId);
        set => SetOption(ZmqOption.RoutingId, value.Span);
    }

    /// <summary>Whether a router refuses a message to an unknown or full peer, instead of dropping it silently.</summary>
    public bool RouterMandatory
    {
        get;
        set => SetFlag(ZmqOption.RouterMandatory, field = value);
    }

    /// <summary>Whether a new peer takes over the routing id of an older one, instead of being turned away.</summary>
    public bool RouterHandover
    {
        get;
        set => SetFlag(ZmqOption.RouterHandover, field = value);
    }

    /// <summary>Messages that wait for one peer before the socket has no room; 0 for no limit, 1000 by default.</summary>
    public int SendHighWatermark
    {
        get => GetIntOption(ZmqOption.SendHighWatermark);
        set => SetOption(ZmqOption.SendHighWatermark, value);
    }

    /// <summary>Messages of one peer that wait to be received; 0 for no limit, 1000 by default.</summary>
    public int ReceiveHighWatermark
    {
        get => GetIntOption(ZmqOption.ReceiveHighWatermark);
        set => SetOption(ZmqOption.ReceiveHighWatermark, value);
    }

    /// <summary>How long messages may still be sent after the socket closed; 0 by default, -1 ms for ever.</summary>
    public TimeSpan Linger
    {
        get => GetTime(ZmqOption.Linger);
        set => SetTime(ZmqOption.Linger, value);
    }

    /// <summary>The time between two pings on a connection; 0, the default, for none.</summary>
    public TimeSpan HeartbeatInterval
    {
        get => GetTime(ZmqOption.HeartbeatInterval);
        set => SetTime(ZmqOption.HeartbeatInterval, value);
    }

    /// <summary>How long a ping may stay unanswered before the connection is closed; -1 ms, the default, for the interval.</summary>
    public TimeSpan HeartbeatTimeout
    {
        get => GetTime(ZmqOption.HeartbeatTimeout);
        set => SetTime(ZmqOption.HeartbeatTimeout, value);
    }

    /// <summary>After how long a silence the peer should close the connection, told to it with each ping, in steps of 100 ms.</summary>
    public TimeSpan HeartbeatTtl
    {
        get => GetTime(ZmqOption.HeartbeatTtl);
        set => SetTime(ZmqOption.HeartbeatTtl, value);
    }

    /// <summary>How long the handshake of a connection may take; 30 s by default, 0 for no limit.</summary>
    public TimeSpan HandshakeInterval
    {
        get => GetTime(ZmqOption.HandshakeInterval);
        set => SetTime(ZmqOption.HandshakeInterval, value);
    }

    /// <summary>How long to wait before connecting again; 100 ms by default, -1 ms for never.</summary>
    public TimeSpan ReconnectInterval
    {
        get => GetTime(ZmqOption.ReconnectInterval);
        set => SetTime(ZmqOption.ReconnectInterval, value);
    }

    /// <summary>Up to where the wait doubles with every failure to connect; 0, the default, for a constant wait.</summary>
    public TimeSpan ReconnectIntervalMax
    {
        get => GetTime(ZmqOption.ReconnectIntervalMax);
        set => SetTime(ZmqOption.ReconnectIntervalMax, value);
    }

    /// <summary>How long one try to connect may take; 0, the default, for the operating system's limit.</summary>
    public TimeSpan ConnectTimeout
    {
        get => GetTime(ZmqOption.ConnectTimeout);
        set => SetTime(ZmqOption.ConnectTimeout, value);
    }

    /// <summary>Bytes of the longest frame that a peer may send before it is disconnected; -1, the default, for no limit.</summary>
    public long MaxMessageSize
    {
        get => GetLongOption(ZmqOption.MaxMessageSize);
        set => SetOption(ZmqOption.MaxMessageSize, value);
    }

    /// <summary>Whether messages are queued only for connections that are established.</summary>
    public bool Immediate
    {
        get => GetFlag(ZmqOption.Immediate);
        set => SetFlag(ZmqOption.Immediate, value);
    }

    /// <summary>Whether IPv6 addresses are used beside IPv4.</summary>
    public bool Ipv6
    {
        get => GetFlag(ZmqOption.Ipv6);
        set => SetFlag(ZmqOption.Ipv6, value);
    }

    /// <summary>Whether TCP probes idle connections; null, the default, for the operating system's choice.</summary>
    public bool? TcpKeepAlive
    {
        get => GetIntOption(ZmqOption.TcpKeepAlive) is var value && value < 0 ? null : value > 0;
        set => SetOption(ZmqOption.TcpKeepAlive, value is bool set ? Convert.ToInt32(set) : -1);
    }

    /// <summary>
    /// Under which name the ZAP handler of the context, bound to <c>inproc://zeromq.zap.01</c>, is asked about each connection;
    /// empty, the default, to ask without one.
    /// </summary>
    public string ZapDomain
    {
        get => Encoding.UTF8.GetString(GetBytesOption(ZmqOption.ZapDomain)).TrimEnd('\0');
        set => SetOption(ZmqOption.ZapDomain, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Encrypts connections that come in, and proves with the pair who this is. Who may come, the ZAP handler says.</summary>
    /// <exception cref="ZmqException">libzmq was built without CURVE, or the key is none.</exception>
    public void UseCurveAsServer(CurveKeyPair own)
    {
        ArgumentNullException.ThrowIfNull(own);
        SetFlag(ZmqOption.CurveServer, true);
        SetKey(ZmqOption.CurveSecretKey, own.SecretKey);
    }

    /// <summary>Encrypts connections that go out, and gets only to the server that has the secret of <paramref name="serverKey"/>.</summary>
    /// <param name="own">Shown to the server.</param>
    /// <param name="serverKey">The server's public key, 40 characters of Z85.</param>
    /// <exception cref="ZmqException">libzmq was built without CURVE, or a key is none.</exception>
    public void UseCurveAsClient(CurveKeyPair own, string serverKey)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(serverKey);
        SetKey(ZmqOption.CurveServerKey, serverKey);
        SetKey(ZmqOption.CurvePublicKey, own.PublicKey);
        SetKey(ZmqOption.CurveSecretKey, own.SecretKey);
    }

    /// <summary>Reads an option of type int.</summary>
    /// <exception cref="ZmqException">No such option, or it is of another type.</exception>
    public unsafe int GetIntOption(ZmqOption option)
    {
        int value;
        GetOption(option, &value, sizeof(int));
        return value;
    }

    /// <summary>Reads an option of type int64.</summary>
    /// <exception cref="ZmqException">No such option, or it is of another type.</exception>
    public unsafe long GetLongOption(ZmqOption option)
    {
        long value;
        GetOption(option, &value, sizeof(long));
        return value;
    }

    /// <summary>Reads an option of bytes or text; libzmq ends text with a zero byte.</summary>
    /// <exception cref="ZmqException">No such option.</exception>
    public unsafe byte[] GetBytesOption(ZmqOption option)
    {
        byte* value = stackalloc byte[LongestOption];
        int size = GetOption(option, value, LongestOption);
        return new ReadOnlySpan<byte>(value, size).ToArray();
    }

    /// <summary>Sets an option of type int.</summary>
    /// <exception cref="ZmqException">No such option, or the value is out of range.</exception>
    public unsafe void SetOption(ZmqOption option, int value) => SetOption(option, &value, sizeof(int));

    /// <summary>Sets an option of type int64.</summary>
    /// <exception cref="ZmqException">No such option, or the value is out of range.</exception>
    public unsafe void SetOption(ZmqOption option, long value) => SetOption(option, &value, sizeof(long));

    /// <summary>Sets an option of bytes or text.</summary>
    /// <exception cref="ZmqException">No such option, or the value is not accepted.</exception>
    public unsafe void SetOption(ZmqOption option, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value) SetOption(option, bytes, value.Length);
    }

    // libzmq takes a key as text only with its terminator.
    private void SetKey(ZmqOption option, string key) => SetOption(option, Encoding.UTF8.GetBytes(key + '\0'));

    private bool GetFlag(ZmqOption option) => GetIntOption(option) != 0;

    private void SetFlag(ZmqOption option, bool value) => SetOption(option, Convert.ToInt32(value));

    private TimeSpan GetTime(ZmqOption option) => TimeSpan.FromMilliseconds(GetIntOption(option));

    private void SetTime(ZmqOption option, TimeSpan value) =>
        SetOption(option, checked((int)Math.Ceiling(value.TotalMilliseconds)));

    private unsafe int GetOption(ZmqOption option, void* value, int capacity)
    {
        nuint size = (nuint)capacity;
        if (NativeZmq.GetOption(Handle, option, value, &size) < 0) throw ZmqException.Last($"get option {option}");
        return (int)size;
    }

    private unsafe void SetOption(ZmqOption option, void* value, int size)
    {
        if (NativeZmq.SetOption(Handle, option, value, (nuint)size) < 0) throw ZmqException.Last($"set option {option}");
    }
}
