namespace DaskVine.Arrow;

/// <summary>Runs of the same number of bytes each.</summary>
public sealed class FixedSizeBinaryArray : ArrowArray
{
    internal FixedSizeBinaryArray(ArrayData data)
        : base(data) => ByteWidth = ((FixedSizeBinaryType)data.Type).ByteWidth;

    /// <summary>Bytes of one value.</summary>
    public int ByteWidth { get; }

    /// <summary>All values, one after another; those that are null are undefined.</summary>
    public ReadOnlyMemory<byte> Values => Data.Buffers[1];

    /// <summary>The bytes of a value; undefined where it is null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index)
    {
        CheckIndex(index);
        return Values.Span.Slice(index * ByteWidth, ByteWidth);
    }
}
