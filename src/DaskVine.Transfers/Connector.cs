using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DaskVine.Transfers;

/// <summary>Opens connections to servers.</summary>
internal sealed class Connector(TlsHandshake? tls, TimeSpan connectTimeout, TimeSpan stallTimeout)
{
    /// <exception cref="TransferException">Nobody answers, or one side does not accept the other.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Connection Connect(TransferAddress address, CancellationToken stop)
    {
        if (address.Scheme == TransferScheme.Tls && tls is null)
            throw new TransferException(TransferFailureKind.Refused, $"{address} takes only who has a certificate, and there is none here");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(connectTimeout);
        try
        {
            return Open(address, limit.Token);
        }
        catch (AuthenticationException e)
        {
            throw new TransferException(TransferFailureKind.Refused, $"no TLS with {address}: {e.Message}", e);
        }
        catch (Exception e) when (e is SocketException or ConnectionLostException or ObjectDisposedException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            var why = limit.IsCancellationRequested ? $"no answer for {connectTimeout.TotalSeconds:0.#} s" : e.Message;
            throw new TransferException(TransferFailureKind.Unreachable, $"{address} cannot be reached: {why}", e);
        }
    }

    private Connection Open(TransferAddress address, CancellationToken limit)
    {
        if (address.Path is { } path)
            return Open(address, new UnixDomainSocketEndPoint(path), limit);
        var hosts = IPAddress.TryParse(address.Host, out var number)
            ? [number]
            : Dns.GetHostAddressesAsync(address.Host, limit).GetAwaiter().GetResult();
        for (var i = 0; ; i++)
        {
            try
            {
                return Open(address, new IPEndPoint(hosts[i], address.Port), limit);
            }
            catch (SocketException) when (i + 1 < hosts.Length && !limit.IsCancellationRequested)
            {
                // A host may have an address of a kind that its server does not listen on.
            }
        }
    }

    private Connection Open(TransferAddress address, EndPoint endPoint, CancellationToken limit)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // An asynchronous connect would leave the descriptor non-blocking.
            using var ending = limit.UnsafeRegister(opened => ((Socket)opened!).Dispose(), socket);
            socket.Connect(endPoint);
            var connection = new Connection(socket, stallTimeout, stallTimeout);
            if (address.Scheme == TransferScheme.Tls)
                Secure(connection, address);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Secure(Connection connection, TransferAddress address)
    {
        connection.Secure(stream => tls!.AsClient(stream, address.Host));
        try
        {
            connection.ReadExactly(new byte[1]);
        }
        catch (ConnectionLostException e)
        {
            throw new AuthenticationException($"it does not accept our certificate ({e.Message})", e);
        }
    }
}
