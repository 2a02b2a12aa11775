using System.Numerics;

namespace DaskVine.Arrow;

/// <summary>Exact numbers: an integer each, divided by a power of ten that the type says.</summary>
public sealed class DecimalArray : ArrowArray
{
    // What System.Decimal holds: 96 bits and a scale of 28.
    private const int MaxClrScale = 28;
    private static readonly BigInteger MaxClrValue = (BigInteger)decimal.MaxValue;

    internal DecimalArray(ArrayData data)
        : base(data) => DecimalType = (DecimalType)data.Type;

    /// <summary>Precision, scale and width of the values.</summary>
    public DecimalType DecimalType { get; }

    /// <summary>All values, one after another; those that are null are undefined.</summary>
    public ReadOnlyMemory<byte> Values => Data.Buffers[1];

    /// <summary>A value's integer, which is to be divided by ten to the power of the type's scale; undefined where it is null.</summary>
    public BigInteger GetUnscaled(int index)
    {
        CheckIndex(index);
        int width = DecimalType.ByteWidth;
        return new BigInteger(Values.Span.Slice(index * width, width));
    }

    /// <summary>A value as a CLR number.</summary>
    /// <exception cref="OverflowException">The value has more digits than one holds.</exception>
    public decimal GetDecimal(int index)
    {
        BigInteger unscaled = GetUnscaled(index);
        int scale = DecimalType.Scale;
        for (; scale < 0; scale++)
            unscaled *= 10;
        while (scale > MaxClrScale || BigInteger.Abs(unscaled) > MaxClrValue)
        {
            (unscaled, BigInteger digit) = BigInteger.DivRem(unscaled, 10);
            if (!digit.IsZero || scale == 0)
                throw new OverflowException($"Value {index} has more digits than a System.Decimal.");
            scale--;
        }
        int[] bits = decimal.GetBits((decimal)BigInteger.Abs(unscaled));
        return new decimal(bits[0], bits[1], bits[2], unscaled.Sign < 0, (byte)scale);
    }
}
