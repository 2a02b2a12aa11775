using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;

/// <summary>
/// A stream whose only row has the bytes that its owner sends between <see cref="Head"/> and <see cref="Tail"/>: bytes that are in a file, or
/// come piece by piece.
/// </summary>
public sealed class BinaryRowFrame
{
    /// <summary>Makes what stands around <paramref name="length"/> bytes.</summary>
    /// <param name="schema">One column, of type <see cref="ArrowType.LargeBinary"/>.</param>
    /// <param name="length">Of the row, in bytes.</param>
    /// <exception cref="ArgumentException">The schema has other columns, or the length is below zero.</exception>
    public BinaryRowFrame(Schema schema, long length)
    {
        if (schema.Fields is not [{ Type: BinaryType { IsLarge: true } }])
            throw new ArgumentException("A frame has one column of large binary.", nameof(schema));
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArrowWriteOptions options = ArrowWriteOptions.Default;
        var writer = new MessageWriter(options);
        writer.WriteSchema(schema);
        writer.WriteHeadOfRow(length);
        Head = Joined(writer);
        long padding = -length & (options.Alignment - 1);
        writer.Pieces.Pad(padding);
        writer.WriteEnd();
        Tail = Joined(writer);
        RowLength = length;
    }

    /// <summary>What comes before the row; its length is a multiple of 64, so the row is aligned when the stream is.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>How many bytes have to come between.</summary>
    public long RowLength { get; }

    /// <summary>What comes after the row.</summary>
    public ReadOnlyMemory<byte> Tail { get; }

    /// <summary>Of the whole stream, in bytes.</summary>
    public long Length => Head.Length + RowLength + Tail.Length;

    private static byte[] Joined(MessageWriter writer) => [.. writer.Pieces.Release().SelectMany(piece => piece.ToArray())];
}
