using System.Buffers.Binary;
using System.Net.Sockets;

namespace DaskVine.LibraryHost;

/// <summary>A connection to the worker: records come one after the other, and leave in batches.</summary>
internal sealed class HostChannel : IDisposable
{
    private const int Capacity = 256 * 1024;
    private const int Head = sizeof(uint);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private byte[] _buffer = new byte[Capacity];

    // What lies between them is not taken yet.
    private int _start;
    private int _end;

    /// <exception cref="SocketException">The worker does not listen.</exception>
    public HostChannel(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    /// <summary>The next record that is here, whose bytes stay until <see cref="Fill"/>; false when there is none.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> record)
    {
        record = default;
        if (_end - _start < Head || _end - _start - Head < Length())
            return false;
        record = _buffer.AsMemory(_start + Head, Length());
        _start += Head + record.Length;
        return true;
    }

    /// <summary>Waits for more bytes, which need not complete a record. False when the worker has closed.</summary>
    public bool Fill()
    {
        MakeRoom();
        var count = _socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.ConnectionReset))
            throw new SocketException((int)error);
        _end += count;
        return count > 0 && error == SocketError.Success;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    public void Dispose() => _socket.Dispose();

    private int Length() => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start)));

    // For the record that has begun; a large one's buffer goes when it is done.
    private void MakeRoom()
    {
        var waiting = _end - _start;
        var needed = Math.Max(Capacity, waiting < Head ? 0 : checked(Head + Length()));
        if (waiting > 0 && _start + needed <= _buffer.Length)
            return;
        var room = needed == _buffer.Length ? _buffer : new byte[needed];
        _buffer.AsSpan(_start, waiting).CopyTo(room);
        (_buffer, _start, _end) = (room, 0, waiting);
    }
}
