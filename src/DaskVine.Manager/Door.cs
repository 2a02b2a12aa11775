using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DaskVine.Protocol.Door;
using DaskVine.Transfers;

namespace DaskVine.Manager;

/// <summary>
/// Listens at the manager's address, greets whoever connects, and tells when a connection closes: the end of a process is seen here
/// at once, which ZeroMQ does not tell.
/// </summary>
internal sealed class Door : IDisposable
{
    private readonly Listener _listener;
    private readonly Func<long, DoorGreeting> _greet;
    private readonly Action<long> _closed;
    private readonly CancellationTokenSource _stop = new();

    /// <param name="address">Where to listen.</param>
    /// <param name="greet">Makes the greeting for a token.</param>
    /// <param name="closed">Told the token of a connection that closed; called on any thread.</param>
    /// <param name="openToAll">Whether the address may be one that other machines can reach.</param>
    /// <exception cref="ManagerException">The address is taken or cannot be used.</exception>
    public Door(DoorAddress address, Func<long, DoorGreeting> greet, Action<long> closed, bool openToAll = false)
    {
        _greet = greet;
        _closed = closed;
        _listener = Listen(address, openToAll);
        Address = address.Path is null ? address.WithPort(_listener.Port) : address;
    }

    /// <summary>With the port that was taken.</summary>
    public DoorAddress Address { get; }

    public void Open() => _ = AcceptAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private static Listener Listen(DoorAddress address, bool openToAll)
    {
        if (!address.IsLoopback && !openToAll)
        {
            throw new ManagerException(
                $"refused to listen on {address}: without keys links are not secured, so only this machine may reach a manager. "
                + "Make keys with 'daskvine keys DIR' and use --keys DIR; or listen on tcp://127.0.0.1:PORT or ipc://PATH");
        }

        try
        {
            return new Listener(EndPoint(address), address.ToString());
        }
        catch (IOException e)
        {
            throw new ManagerException(e.Message, e);
        }
    }

    private static EndPoint EndPoint(DoorAddress address)
    {
        if (address.Path is not null)
            return new UnixDomainSocketEndPoint(address.Path);
        var host = address.Host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
            _ => IPAddress.TryParse(address.Host, out var parsed)
                ? parsed
                : throw new ManagerException($"cannot listen on {address}: give an IP address of this machine, or * for all of them"),
        };
        return new IPEndPoint(host, address.Port);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = AttendAsync(connection);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // One peer that gave up while it was accepted, or too many open files: others can still come.
                await Console.Error.WriteLineAsync($"door: a connection could not be accepted: {e.Message}").ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    private async Task AttendAsync(Socket connection)
    {
        var token = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        using (connection)
        {
            try
            {
                await connection.SendAsync(_greet(token).ToFrame(), _stop.Token).ConfigureAwait(false);
                var nothing = new byte[256];
                while (await connection.ReceiveAsync(nothing, _stop.Token).ConfigureAwait(false) > 0)
                {
                    // Nothing is said here; only the end counts.
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // A broken connection is an end like any other.
            }
        }

        _closed(token);
    }
}
