using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>The socket of one host process. What is written is gathered until <see cref="Flush"/>, and never waited for.</summary>
internal sealed class HostConnection : IDisposable
{
    // Bounds how long one busy host is read before others have their turn.
    private const int ReadsAtOnce = 16;

    private readonly Socket _socket;
    private readonly EventLoop _loop;
    private readonly ZmqPollItem _item;
    private readonly HostReader _reader = new();
    private readonly IHostOwner _owner;
    private readonly Action<HostConnection> _disposed;

    // What the socket had no room for, in order.
    private byte[] _unsent = [];
    private int _unsentStart;
    private int _unsentEnd;
    private bool _closed;

    public HostConnection(Socket socket, EventLoop loop, IHostOwner owner, Action<HostConnection> disposed)
    {
        socket.Blocking = false;
        _socket = socket;
        _loop = loop;
        _owner = owner;
        _disposed = disposed;
        _item = loop.Watch(socket, OnReady);
    }

    /// <summary>Set by its hello.</summary>
    public int ProcessId { get; private set; }

    /// <summary>What it runs calls as; null before the hello, and for a library.</summary>
    public HostId? Id { get; set; }

    public HostWriter Writer { get; } = new();

    /// <summary>Sends what was written, as far as there is room; the rest follows by itself.</summary>
    public void Flush()
    {
        if (_closed)
            return;
        var sent = _unsentStart < _unsentEnd ? 0 : Send(Writer.Written);
        Keep(Writer.Written[sent..]);
        Writer.Clear();
    }

    /// <summary>Reads what is there already, all of it: after the process has ended.</summary>
    public void Drain()
    {
        while (!_closed && Read())
        {
            // Everything that was sent before the end is in the socket.
        }
    }

    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        _loop.Unwatch(_item);
        _socket.Dispose();
        _disposed(this);
    }

    private void OnReady(ZmqPollEvents ready)
    {
        if (ready.HasFlag(ZmqPollEvents.Out))
            SendUnsent();
        var reads = 1;
        while (!_closed && Read() && reads < ReadsAtOnce)
            reads++;
    }

    /// <summary>Returns whether there may be more to read.</summary>
    private bool Read()
    {
        var space = _reader.Space();
        var count = _socket.Receive(space.Span, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return false;
        if (error != SocketError.Success || count == 0)
        {
            Dispose();
            _owner.OnClosed(this);
            return false;
        }

        _reader.Advance(count);
        Deliver();
        return count == space.Length;
    }

    private void Deliver()
    {
        try
        {
            while (!_closed && _reader.TryRead(out var record))
            {
                if (record is HostHello hello)
                    ProcessId = hello.ProcessId;
                _owner.OnRecord(this, record);
            }
        }
        catch (ProtocolException e)
        {
            Dispose();
            _owner.OnMalformed(this, e);
        }
    }

    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            var count = _socket.Send(bytes[sent..], SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                break;
            // A host that is gone is told of by its parent; nothing written to it matters any more.
            if (error != SocketError.Success)
                return bytes.Length;
            sent += count;
        }

        return sent;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0)
            return;
        var pending = _unsentEnd - _unsentStart;
        if (_unsentEnd + rest.Length > _unsent.Length)
        {
            var room = pending + rest.Length <= _unsent.Length ? _unsent : new byte[Math.Max(2 * _unsent.Length, pending + rest.Length)];
            _unsent.AsSpan(_unsentStart, pending).CopyTo(room);
            (_unsent, _unsentStart, _unsentEnd) = (room, 0, pending);
        }

        rest.CopyTo(_unsent.AsSpan(_unsentEnd));
        _unsentEnd += rest.Length;
        _item.Interest = ZmqPollEvents.In | ZmqPollEvents.Out;
    }

    private void SendUnsent()
    {
        _unsentStart += Send(_unsent.AsSpan(_unsentStart, _unsentEnd - _unsentStart));
        if (_unsentStart < _unsentEnd)
            return;
        (_unsent, _unsentStart, _unsentEnd) = ([], 0, 0);
        _item.Interest = ZmqPollEvents.In;
    }
}

/// <summary>Who is told what comes from a host.</summary>
internal interface IHostOwner
{
    /// <exception cref="ProtocolException">It has no meaning from that host.</exception>
    void OnRecord(HostConnection connection, HostRecord record);

    /// <summary>The host closed its side; the connection is disposed.</summary>
    void OnClosed(HostConnection connection);

    /// <summary>The host sent what is not of the protocol; the connection is disposed.</summary>
    void OnMalformed(HostConnection connection, ProtocolException reason);
}
