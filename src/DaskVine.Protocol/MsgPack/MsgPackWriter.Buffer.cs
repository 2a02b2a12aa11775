namespace DaskVine.Protocol.MsgPack;

/// <content>The buffer behind the writer.</content>
public sealed partial class MsgPackWriter
{
    private const int FirstCapacity = 256;

    private byte[] _buffer = [];

    /// <summary>Bytes written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, Length);

    /// <summary>What was written; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Forgets what was written and keeps the room for it.</summary>
    public void Clear() => Length = 0;

    private Span<byte> Reserve(int size)
    {
        if (size > _buffer.Length - Length)
            Grow(size);
        Span<byte> room = _buffer.AsSpan(Length, size);
        Length += size;
        return room;
    }

    private void Grow(int size)
    {
        long needed = (long)Length + size;
        if (needed > Array.MaxLength)
            throw new InvalidOperationException($"A message of {needed} bytes is over what one buffer holds.");
        long doubled = Math.Max(FirstCapacity, 2L * _buffer.Length);
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, doubled)));
    }
}
