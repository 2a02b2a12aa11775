using System.Net.Sockets;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// A Unix socket that host processes connect to. Each library has one of its own, so that no late child of an older one gets in.
/// </summary>
internal sealed class HostListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly EventLoop _loop;
    private readonly IHostOwner _owner;
    private readonly ZmqPollItem _item;

    // Connections that were accepted and not disposed yet.
    private readonly HashSet<HostConnection> _open = [];

    public HostListener(string path, EventLoop loop, IHostOwner owner)
    {
        Path = path;
        _loop = loop;
        _owner = owner;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen(512);
        _socket.Blocking = false;
        _item = loop.Watch(_socket, _ => Accept());
    }

    public string Path { get; }

    public void Dispose()
    {
        _loop.Unwatch(_item);
        _socket.Dispose();
        DeleteFile();
        foreach (var connection in _open.ToArray())
            connection.Dispose();
    }

    private void DeleteFile()
    {
        try
        {
            File.Delete(Path);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with the run directory, say because the client that all of this was started for was killed.
        }
    }

    private void Accept()
    {
        try
        {
            _open.Add(new HostConnection(_socket.Accept(), _loop, _owner, connection => _open.Remove(connection)));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted)
        {
            // Whoever it was gave up in between.
        }
    }
}
