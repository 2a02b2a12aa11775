namespace DaskVine.Transfers;

/// <summary>The stream that a <see cref="ChunkWriter"/> frames; never reads beyond its end.</summary>
internal sealed class ChunkReader(Connection connection) : Stream
{
    private readonly byte[] _buffer = new byte[ChunkWriter.MaxChunk];
    private int _start;
    private int _end;
    private bool _ended;

    public uint Checksum { get; private set; }

    public long Received { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Received - (_end - _start);
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">A chunk is longer than any may be.</exception>
    /// <exception cref="ConnectionLostException">The connection broke.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !_ended)
            Receive();
        var taken = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads what is left of the stream and the checksum behind it.</summary>
    /// <returns>Whether the checksum is that of the stream.</returns>
    public bool Finish()
    {
        while (!_ended)
            Receive();
        return TransferReply.ReadUInt32(connection) == Checksum;
    }

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Receive()
    {
        var length = TransferReply.ReadUInt32(connection);
        if (length > ChunkWriter.MaxChunk)
            throw new InvalidDataException($"a chunk of {length} bytes is longer than any may be");
        var chunk = _buffer.AsSpan(0, (int)length);
        connection.ReadExactly(chunk);
        Checksum = Crc32C.Append(Checksum, chunk);
        Received += length;
        (_start, _end, _ended) = (0, (int)length, length == 0);
    }
}
