using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace DaskVine.Transfers;

/// <summary>Where a server can be reached: <c>ipc:///path</c>, <c>tcp://host:port</c> or <c>tls://host:port</c>.</summary>
public sealed record TransferAddress
{
    // sun_path holds 108 bytes with its terminator.
    private const int MaxPathLength = 107;
    private const int MaxHostLength = 255;

    private static readonly SearchValues<char> NoHost = SearchValues.Create("/[]* \0");

    private TransferAddress(TransferScheme scheme, string? path, string host, int port)
    {
        Scheme = scheme;
        Path = path;
        Host = host;
        Port = port;
    }

    public TransferScheme Scheme { get; }

    /// <summary>Path of the Unix socket, or null for TCP and TLS.</summary>
    public string? Path { get; }

    /// <summary>Name or number of the host, empty for a Unix socket; 0.0.0.0 and :: listen everywhere.</summary>
    public string Host { get; }

    /// <summary>0 asks for any free port.</summary>
    public int Port { get; }

    /// <param name="text">As <see cref="ToString"/> writes it.</param>
    /// <param name="address">Null when the text is no address.</param>
    /// <param name="why">What is wrong with the text and what an address looks like; null when it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TransferAddress? address, [NotNullWhen(false)] out string? why)
    {
        address = null;
        if (text.StartsWith("ipc://", StringComparison.Ordinal))
            return TryParsePath(text, out address, out why);
        var scheme = text.StartsWith("tls://", StringComparison.Ordinal) ? TransferScheme.Tls : TransferScheme.Tcp;
        if (scheme == TransferScheme.Tcp && !text.StartsWith("tcp://", StringComparison.Ordinal))
        {
            why = $"'{text}' is no transfer address; it looks like ipc:///path/of/socket, tcp://host:9123 or tls://host:9123";
            return false;
        }

        var rest = text["tcp://".Length..];
        var colon = rest.LastIndexOf(':');
        var host = colon < 0 ? "" : Unbracket(rest[..colon]);
        if (!IsHost(host) || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            why = $"'{text}' is no transfer address; it needs a host and a port from 0 to 65535, as in tcp://127.0.0.1:9123";
            return false;
        }

        address = new TransferAddress(scheme, null, host, port);
        why = null;
        return true;
    }

    public TransferAddress WithPort(int port) => new(Scheme, Path, Host, port);

    /// <summary>The same server under the name by which others reach it, such as when it listens on 0.0.0.0.</summary>
    public TransferAddress WithHost(string host) => new(Scheme, Path, host, Port);

    public override string ToString() =>
        Path is not null ? $"ipc://{Path}"
        : $"{(Scheme == TransferScheme.Tls ? "tls" : "tcp")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    private static string Unbracket(string host) => host is ['[', .., ']'] ? host[1..^1] : host;

    private static bool IsHost(string host) =>
        host.Contains(':') ? IPAddress.TryParse(host, out _)
        : host.Length is > 0 and <= MaxHostLength && !host.AsSpan().ContainsAny(NoHost);

    private static bool TryParsePath(string text, out TransferAddress? address, [NotNullWhen(false)] out string? why)
    {
        var path = text["ipc://".Length..];
        address = null;
        why = !path.StartsWith('/') || path.Contains('\0') ? $"'{text}' is no transfer address; after ipc:// comes an absolute path"
            : Encoding.UTF8.GetByteCount(path) > MaxPathLength
                ? $"'{text}' is too long: the path of a Unix socket may have {MaxPathLength} bytes"
            : null;
        if (why is not null)
            return false;
        address = new TransferAddress(TransferScheme.Ipc, path, "", 0);
        return true;
    }
}
