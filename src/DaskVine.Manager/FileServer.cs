using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using DaskVine.Protocol;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Records;
using DaskVine.Transfers;

namespace DaskVine.Manager;

/// <summary>Gives workers the files that are at the manager, or where a client said, over sockets of their own.</summary>
internal sealed class FileServer : IDisposable
{
    private sealed record Source(string Path, ServedKind Kind, Lazy<uint> Checksum);

    // Each file that workers may ask for. Requests look here on threads of the server.
    private readonly ConcurrentDictionary<long, Source> _sources = new();
    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly TransferServer _server;

    /// <param name="door">Beside which to listen, with the port that was taken.</param>
    /// <param name="tls">For encrypted transfers; null for plain ones.</param>
    /// <exception cref="IOException">The address cannot be used.</exception>
    public FileServer(DoorAddress door, TlsIdentity? tls)
    {
        _server = new TransferServer(
            new TransferServerOptions
            {
                Listen = Beside(door, tls is not null),
                Token = _token,
                Tls = tls,
                Warned = line => Console.Error.WriteLine($"manager: {line}"),
            },
            Find);
        Endpoint = new PeerEndpoint(_server.Address.ToString(), _token, "", "");
    }

    /// <summary>What workers need to know to ask.</summary>
    public PeerEndpoint Endpoint { get; }

    /// <summary>From now on this file is given out.</summary>
    public void Add(FileId file, string path) =>
        _sources[file.Value] = new Source(path, Directory.Exists(path) ? ServedKind.Directory : ServedKind.File, new Lazy<uint>(() => Crc32C.OfFile(path)));

    /// <summary>What is given out is the archive of a directory: workers are to have the directory.</summary>
    public void ServeAsDirectory(FileId file)
    {
        if (_sources.TryGetValue(file.Value, out var source))
            _sources[file.Value] = source with { Kind = ServedKind.Archive };
    }

    public void Remove(FileId file) => _sources.TryRemove(file.Value, out _);

    /// <summary>Where a file is that is given out; null when it is not.</summary>
    public string? PathOf(FileId file) => _sources.GetValueOrDefault(file.Value)?.Path;

    public void Dispose() => _server.Dispose();

    // Its size is read at each request: what a user changes after declaring it must not be sent in part.
    private ServedFile? Find(long file)
    {
        if (!_sources.TryGetValue(file, out var source))
            return null;
        if (source.Kind == ServedKind.Directory)
            return new ServedFile(source.Path, 0, () => 0, kind: ServedKind.Directory);
        var info = new FileInfo(source.Path);
        return info.Exists ? new ServedFile(source.Path, info.Length, () => source.Checksum.Value, kind: source.Kind) : null;
    }

    private static TransferAddress Beside(DoorAddress door, bool tls)
    {
        // Workers put the host there by which they have reached this manager.
        var host = door.Host switch { "localhost" => IPAddress.Loopback.ToString(), "*" => IPAddress.Any.ToString(), var named => named };
        var text = door.Path is { } path ? $"ipc://{path}.files" : $"{(tls ? "tls" : "tcp")}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:0";
        return TransferAddress.TryParse(text, out var address, out var why) ? address : throw new IOException(why);
    }
}
