using System.Net;
using System.Net.Sockets;
using DaskVine.Protocol.Door;

namespace DaskVine.Manager.Tests;

/// <summary>A connection at a door, and what was said there.</summary>
internal sealed class DoorVisitor : IDisposable
{
    private readonly Socket _socket;

    public DoorVisitor(DoorAddress address)
    {
        EndPoint endPoint = address.Path is { } path
            ? new UnixDomainSocketEndPoint(path)
            : new IPEndPoint(address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(address.Host), address.Port);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)RunningManager.Patience.TotalMilliseconds,
        };
        _socket.Connect(endPoint);
        Greeting = DoorGreeting.Read(ReadExactly(DoorGreeting.ReadLength(ReadExactly(DoorGreeting.LengthPrefix))));
    }

    public DoorGreeting Greeting { get; }

    public void Say(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Whether the other side closes.</summary>
    public bool SeesTheEnd()
    {
        try
        {
            return _socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[] ReadExactly(int length)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = _socket.Receive(bytes.AsSpan(read));
            Assert.NotEqual(0, count);
            read += count;
        }

        return bytes;
    }
}
