using System.Globalization;
using System.Net;
using System.Text;

namespace DaskVine.Protocol.Door;

/// <summary>The published address of a manager: <c>ipc:///absolute/path</c> or <c>tcp://host:port</c>.</summary>
public sealed record DoorAddress
{
    // sun_path holds 108 bytes with its terminator, and the ZeroMQ sockets beside the door add a suffix to its path.
    private const int MaxPathLength = 96;

    private DoorAddress(string? path, string host, int port)
    {
        Path = path;
        Host = host;
        Port = port;
    }

    /// <summary>Path of the Unix socket, or null for TCP.</summary>
    public string? Path { get; }

    public string Host { get; }

    /// <summary>TCP port; 0 asks for any free one.</summary>
    public int Port { get; }

    /// <summary>Whether it can be reached from this machine only.</summary>
    public bool IsLoopback =>
        Path is not null || Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <exception cref="FormatException">Says what is wrong with the text and what an address looks like.</exception>
    public static DoorAddress Parse(string text)
    {
        if (text.StartsWith("ipc://", StringComparison.Ordinal))
            return ParsePath(text, text["ipc://".Length..]);
        if (!text.StartsWith("tcp://", StringComparison.Ordinal))
            throw new FormatException($"'{text}' is no manager address; it looks like ipc:///path/of/socket or tcp://127.0.0.1:9123");
        var colon = text.LastIndexOf(':');
        var host = text["tcp://".Length..Math.Max(colon, "tcp://".Length)].Trim('[', ']');
        var isHost = host.Contains(':') ? IPAddress.TryParse(host, out _) : host.Length > 0;
        if (!isHost || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new FormatException($"'{text}' is no manager address; TCP needs a host and a port from 0 to 65535, as in tcp://127.0.0.1:9123");
        return new DoorAddress(null, host, port);
    }

    public DoorAddress WithPort(int port) => new(Path, Host, port);

    public override string ToString() => Path is not null ? $"ipc://{Path}" : $"tcp://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    private static DoorAddress ParsePath(string text, string path)
    {
        if (!path.StartsWith('/'))
            throw new FormatException($"'{text}' is no manager address; after ipc:// comes an absolute path");
        return Encoding.UTF8.GetByteCount(path) <= MaxPathLength
            ? new DoorAddress(path, "", 0)
            : throw new FormatException($"'{text}' is too long: the path of a Unix socket may have {MaxPathLength} bytes here");
    }
}
