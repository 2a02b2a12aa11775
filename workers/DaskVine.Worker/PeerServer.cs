using System.Net;
using System.Security.Cryptography;
using DaskVine.Protocol.Records;
using DaskVine.Transfers;

namespace DaskVine.Worker;

/// <summary>Gives other workers the files of the cache: on a Unix socket when the manager is reached by one, else where the manager is reached from.</summary>
internal sealed class PeerServer(WorkerOptions options, RunDirectory run, CacheDirectory cache, WorkerLog log) : IDisposable
{
    private readonly string _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly string _host = options.HardLinks ? MachineName.Of(cache.LinkPath) : "";
    private readonly TlsIdentity? _tls = options.PlainBulk ? null : options.Tls;
    private TransferServer? _server;

    // What the present server listens on, but for its port.
    private string _listening = "";

    /// <summary>Where files can be had from here, by the address that the manager is reached from; null when they cannot.</summary>
    public PeerEndpoint? Listen(EndPoint? local)
    {
        if (!options.PeerTransfers)
            return null;
        var wanted = local is IPEndPoint tcp ? Tcp(tcp) : $"ipc://{run.Socket("transfers")}";
        if (wanted != _listening)
            Start(wanted, isTcp: local is IPEndPoint);
        return _server is null ? null : new PeerEndpoint(_server.Address.ToString(), _token, _host, cache.LinkPath);
    }

    public void Dispose() => _server?.Dispose();

    // By the network that leads to the manager, as the other workers have come by it too.
    private string Tcp(IPEndPoint local)
    {
        var address = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        var host = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return $"{(_tls is null ? "tcp" : "tls")}://{host}";
    }

    private void Start(string wanted, bool isTcp)
    {
        _server?.Dispose();
        _server = null;
        _listening = wanted;
        var ports = options.TransferPorts;
        for (var port = ports.Low; _server is null; port++)
        {
            try
            {
                _server = Open(isTcp ? $"{wanted}:{port}" : wanted);
            }
            catch (IOException e) when (!isTcp || port >= ports.High)
            {
                log.Write($"other workers cannot get files from here: {e.Message}");
                return;
            }
            catch (IOException)
            {
                // The next port of the range may be free.
            }
        }
    }

    private TransferServer Open(string wanted)
    {
        if (!TransferAddress.TryParse(wanted, out var address, out var why))
            throw new IOException(why);
        var server = new TransferServerOptions { Listen = address, Token = _token, Tls = _tls, Warned = log.Write };
        return new TransferServer(server, cache.Lease);
    }
}
