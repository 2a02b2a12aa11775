using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers;

/// <summary>A listening socket; the file of a Unix socket goes with it, and one that a killed process has left is taken over.</summary>
public sealed class Listener : IDisposable
{
    private const int Backlog = 512;

    private readonly Socket _socket;
    private readonly string? _path;

    /// <param name="endPoint">Where to listen; port 0 takes any free one, and :: includes the addresses of IPv4.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="IOException">The address is taken or cannot be used; the message says what to do.</exception>
    public Listener(EndPoint endPoint, string name)
    {
        _path = endPoint is UnixDomainSocketEndPoint ? endPoint.ToString() : null;
        try
        {
            _socket = Bind(endPoint, _path);
        }
        catch (SocketException e)
        {
            throw new IOException(
                e.SocketErrorCode != SocketError.AddressAlreadyInUse ? $"cannot listen on {name}: {e.Message}"
                : _path is null ? $"{name} is in use by another process; choose another port, or 0 for any free one"
                : $"{name} is in use: a process answers there, or the file is no socket; choose another path",
                e);
        }
    }

    /// <summary>The port that was taken; 0 for a Unix socket.</summary>
    public int Port => _socket.LocalEndPoint is IPEndPoint bound ? bound.Port : 0;

    /// <summary>Waits for a connection.</summary>
    /// <exception cref="SocketException">None could be taken, or the listener was disposed.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public Socket Accept() => _socket.Accept();

    /// <summary>Waits for a connection without a thread; on a listener either this or <see cref="Accept"/> is used.</summary>
    /// <exception cref="SocketException">None could be taken.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ValueTask<Socket> AcceptAsync(CancellationToken stop) => _socket.AcceptAsync(stop);

    /// <summary>Also when somebody has removed the directory of the socket before.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        if (_path is null)
            return;
        try
        {
            File.Delete(_path);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with the directory.
        }
    }

    private static Socket Bind(EndPoint endPoint, string? path)
    {
        if (path is not null && IsLeftBehind(path, endPoint))
            File.Delete(path);
        // Named as TCP, the port of a process that was killed can be taken again at once.
        var protocol = path is null ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            // As the ZeroMQ sockets beside it: at any address of IPv6 those of IPv4 are included.
            if (endPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } v6)
                socket.DualMode = v6.Address.Equals(IPAddress.IPv6Any);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    // A process that was killed leaves its socket, which would keep the next one from starting there.
    private static bool IsLeftBehind(string path, EndPoint endPoint)
    {
        if (!IsSocket(path))
            return false;
        using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    // To connect to an ordinary file is refused as well, so the answer alone does not tell. Sockets cannot be opened as files.
    private static bool IsSocket(string path)
    {
        const int noSuchDevice = 6;
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.HResult == noSuchDevice;
        }
    }
}
