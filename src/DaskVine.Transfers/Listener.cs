using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers;

/// <summary>A listening socket; its file goes with it.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;

    private readonly Socket _socket;

    /// <exception cref="IOException">The address is taken or cannot be used; the message says what to do.</exception>
    public Listener(TransferAddress address)
    {
        try
        {
            _socket = Bind(address);
        }
        catch (SocketException e)
        {
            throw new IOException(
                e.SocketErrorCode != SocketError.AddressAlreadyInUse ? $"cannot listen for transfers on {address}: {e.Message}"
                : address.Path is null ? $"{address} is in use by another process; choose another port, or 0 for any free one"
                : $"{address} is in use: a process answers there, or the file is no socket; choose another path",
                e);
        }

        Address = _socket.LocalEndPoint is IPEndPoint bound ? address.WithPort(bound.Port) : address;
    }

    /// <summary>With the port that was taken.</summary>
    public TransferAddress Address { get; }

    /// <summary>Waits for a connection.</summary>
    /// <exception cref="SocketException">None could be taken, or the listener was disposed.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public Socket Accept() => _socket.Accept();

    public void Dispose()
    {
        _socket.Dispose();
        if (Address.Path is not { } path)
            return;
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with the directory.
        }
    }

    private static Socket Bind(TransferAddress address)
    {
        var endPoint = EndPoint(address);
        if (address.Path is { } path && IsLeftBehind(path, endPoint))
            File.Delete(path);
        // Named as TCP, the port of a process that was killed can be taken again at once.
        var protocol = address.Path is null ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
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

    private static EndPoint EndPoint(TransferAddress address)
    {
        if (address.Path is not null)
            return new UnixDomainSocketEndPoint(address.Path);
        var host = IPAddress.TryParse(address.Host, out var number) ? number : Dns.GetHostAddresses(address.Host)[0];
        return new IPEndPoint(host, address.Port);
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
