namespace DaskVine.Arrow;

/// <summary>Truth values, one bit each.</summary>
public sealed class BooleanArray : ArrowArray
{
    internal BooleanArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>The values' bits, lowest bit of a byte first.</summary>
    public ReadOnlyMemory<byte> ValueBits => Data.Buffers[1];

    /// <summary>Which bit of <see cref="ValueBits"/> is the first value.</summary>
    public int ValueBitsOffset => Data.BitOffset;

    /// <summary>A value; null where there is none.</summary>
    public bool? this[int index] => IsNull(index) ? null : GetValue(index);

    /// <summary>A value; undefined where it is null.</summary>
    public bool GetValue(int index)
    {
        CheckIndex(index);
        return Bits.Get(ValueBits.Span, Data.BitOffset + index);
    }
}
