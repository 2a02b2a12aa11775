namespace DaskVine.Transfers;

/// <summary>
/// Stands between TLS and its socket: TLS moves a record of 16 KiB at a time, and a system call for each would cost more than the copy
/// that is made here. What is written goes at once until the handshake is over, then when it is flushed or the buffer is full.
/// </summary>
internal sealed class SocketBuffer(Stream socket) : Stream
{
    private const int Size = 128 * 1024;

    private readonly byte[] _incoming = new byte[Size];
    private readonly byte[] _outgoing = new byte[Size];
    private int _start;
    private int _end;
    private int _pending;

    /// <summary>Whether what is written waits for a flush.</summary>
    public bool Gathers { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end)
            (_start, _end) = (0, socket.Read(_incoming));
        var taken = Math.Min(buffer.Length, _end - _start);
        _incoming.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_pending + buffer.Length > Size)
            Flush();
        if (!Gathers || buffer.Length > Size)
        {
            socket.Write(buffer);
            return;
        }

        buffer.CopyTo(_outgoing.AsSpan(_pending));
        _pending += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        var pending = _pending;
        _pending = 0;
        if (pending > 0)
            socket.Write(_outgoing.AsSpan(0, pending));
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }
}
