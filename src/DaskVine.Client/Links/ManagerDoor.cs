using System.Net;
using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Door;

namespace DaskVine.Client;

/// <summary>An open connection to a manager's door: open for as long as the manager's process lives.</summary>
internal sealed class ManagerDoor : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private ManagerDoor(DoorAddress address, Socket socket, DoorGreeting greeting)
    {
        Address = address;
        Socket = socket;
        Greeting = greeting;
    }

    public DoorAddress Address { get; }

    public Socket Socket { get; }

    public DoorGreeting Greeting { get; }

    /// <summary>Where clients connect, with the host filled in.</summary>
    public string Endpoint => Greeting.ClientEndpoint.Replace("*", Host(), StringComparison.Ordinal);

    /// <summary>Whether the manager sees the same files as this process.</summary>
    public bool IsNear =>
        Socket.RemoteEndPoint is not IPEndPoint { Address: var peer } || IPAddress.IsLoopback(peer)
        || (Socket.LocalEndPoint is IPEndPoint { Address: var own } && peer.Equals(own));

    /// <summary>Knocks until the manager answers.</summary>
    /// <param name="address">Of the door.</param>
    /// <param name="whileStarting">Asked between attempts; throws when there is no more hope. Null: the first refusal is final.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ManagerUnreachableException">Nobody is there, or nobody that we can talk to.</exception>
    public static async Task<ManagerDoor> OpenAsync(DoorAddress address, Action? whileStarting, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await KnockAsync(address, cancellation).ConfigureAwait(false);
            }
            catch (SocketException e) when (whileStarting is not null && MayYetOpen(e.SocketErrorCode))
            {
                whileStarting();
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                throw new ManagerUnreachableException(
                    $"no manager can be reached at {address}: {e.Message}; start one with 'daskvine manager --listen {address}'", e);
            }
            catch (Exception e) when (e is ProtocolException or EndOfStreamException)
            {
                throw new ManagerUnreachableException($"what listens at {address} is not a DaskVine manager: {e.Message}", e);
            }
        }
    }

    /// <summary>Whether the manager's side is gone; to be asked when the socket is readable.</summary>
    public bool IsClosed()
    {
        Span<byte> nothing = stackalloc byte[256];
        var count = Socket.Receive(nothing, SocketFlags.None, out var error);
        return error != SocketError.WouldBlock && count == 0;
    }

    public void Dispose() => Socket.Dispose();

    private static async Task<ManagerDoor> KnockAsync(DoorAddress address, CancellationToken cancellation)
    {
        var socket = address.Path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (address.Path is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            else
                await ConnectByTcpAsync(socket, address, cancellation).ConfigureAwait(false);
            var prefix = await ReadAsync(socket, DoorGreeting.LengthPrefix, cancellation).ConfigureAwait(false);
            var body = await ReadAsync(socket, DoorGreeting.ReadLength(prefix), cancellation).ConfigureAwait(false);
            var greeting = DoorGreeting.Read(body);
            socket.Blocking = false;
            return new ManagerDoor(address, socket, greeting);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ConnectByTcpAsync(Socket socket, DoorAddress address, CancellationToken cancellation)
    {
        await socket.ConnectAsync(address.Host, address.Port, cancellation).ConfigureAwait(false);
        // A host that vanishes closes nothing: let TCP ask, and give up after about 25 s.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(filled), SocketFlags.None, cancellation).ConfigureAwait(false);
            filled += count > 0 ? count : throw new EndOfStreamException("it closed the connection");
        }

        return bytes;
    }

    // A Unix socket whose manager is about to listen is not there, or refuses.
    private static bool MayYetOpen(SocketError error) =>
        error is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.WouldBlock or SocketError.HostNotFound;

    // The one address that answered: a name may stand for several. Nothing is to be filled in at a Unix socket.
    private string Host() => Socket.RemoteEndPoint is not IPEndPoint { Address: var address } ? ""
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]"
        : address.ToString();
}
