using System.Net;
using System.Net.Sockets;
using DaskVine.Protocol.Door;

namespace DaskVine.Worker;

/// <summary>An open connection to a manager's door and what it said.</summary>
/// <param name="Connection">Open for as long as the manager's process lives.</param>
/// <param name="Greeting">Where to go from here.</param>
/// <param name="WorkerEndpoint">The greeting's endpoint for workers, with the host filled in.</param>
internal sealed record OpenDoor(Socket Connection, DoorGreeting Greeting, string WorkerEndpoint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Connects and waits for the greeting. Blocks; meant for a thread that may.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="IOException">The connection was closed before the greeting.</exception>
    /// <exception cref="DaskVine.Protocol.ProtocolException">Whoever is there is no manager that we can talk to.</exception>
    public static OpenDoor Knock(DoorAddress address)
    {
        var family = address.Path is null ? AddressFamily.Unspecified : AddressFamily.Unix;
        var socket = family == AddressFamily.Unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            Connect(socket, address);
            var prefix = Read(socket, DoorGreeting.LengthPrefix);
            var greeting = DoorGreeting.Read(Read(socket, DoorGreeting.ReadLength(prefix)));
            return new OpenDoor(socket, greeting, greeting.WorkerEndpoint.Replace("*", Host(socket), StringComparison.Ordinal));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Connect(Socket socket, DoorAddress address)
    {
        if (address.Path is { } path)
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return;
        }

        socket.Connect(address.Host, address.Port);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    // The one address that answered: a name may stand for several. Nothing is to be filled in at a Unix socket.
    private static string Host(Socket socket) => socket.RemoteEndPoint is not IPEndPoint { Address: var address } ? ""
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]"
        : address.ToString();

    private static byte[] Read(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var filled = 0; filled < length;)
        {
            var count = socket.Receive(bytes, filled, length - filled, SocketFlags.None);
            filled += count > 0 ? count : throw new IOException("the connection was closed before the manager's greeting");
        }

        return bytes;
    }
}
