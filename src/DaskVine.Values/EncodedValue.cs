namespace DaskVine.Values;

/// <summary>The bytes of a value, in pieces that nobody has joined yet. Pieces may be the value's own memory: it must not change before they are written.</summary>
public readonly struct EncodedValue
{
    internal EncodedValue(params ReadOnlyMemory<byte>[] pieces)
    {
        Pieces = pieces;
        foreach (var piece in pieces)
            Length += piece.Length;
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces { get; }

    /// <summary>Bytes of all pieces.</summary>
    public long Length { get; }

    /// <summary>A copy of all of it.</summary>
    /// <exception cref="ValueException">More than one array can hold.</exception>
    public byte[] ToArray()
    {
        if (Length > Array.MaxLength)
            throw new ValueException($"a value of {Length} bytes is more than one array holds");
        var all = new byte[Length];
        var at = 0;
        foreach (var piece in Pieces)
        {
            piece.Span.CopyTo(all.AsSpan(at));
            at += piece.Length;
        }

        return all;
    }

    public void WriteTo(Stream stream)
    {
        foreach (var piece in Pieces)
            stream.Write(piece.Span);
    }
}
