namespace DaskVine.Transfers;

/// <summary>Frames a stream of unknown length in chunks, and computes its checksum.</summary>
internal sealed class ChunkWriter(Connection connection) : Stream
{
    public const int MaxChunk = 256 * 1024;

    private readonly byte[] _buffer = new byte[MaxChunk];
    private int _used;
    private long _sent;
    private uint _crc;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _sent + _used;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var taken = Math.Min(buffer.Length, _buffer.Length - _used);
            buffer[..taken].CopyTo(_buffer.AsSpan(_used));
            _used += taken;
            buffer = buffer[taken..];
            if (_used == _buffer.Length)
                Send();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Sends what is left, the end and the checksum.</summary>
    /// <returns>Bytes of the stream.</returns>
    public long Finish()
    {
        if (_used > 0)
            Send();
        TransferReply.WriteUInt32(connection, 0);
        TransferReply.WriteUInt32(connection, _crc);
        return _sent;
    }

    public override void Flush()
    {
        // A chunk goes when it is full.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Send()
    {
        var chunk = _buffer.AsSpan(0, _used);
        TransferReply.WriteUInt32(connection, (uint)_used);
        connection.Write(chunk);
        _crc = Crc32C.Append(_crc, chunk);
        _sent += _used;
        _used = 0;
    }
}
