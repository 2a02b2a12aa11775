namespace DaskVine.Arrow;

/// <summary>Only nulls.</summary>
public sealed record NullType : ArrowType;

/// <summary>Truth values, one bit each.</summary>
public sealed record BooleanType : ArrowType;

/// <summary>Integers of 8, 16, 32 or 64 bits.</summary>
public sealed record IntType(int BitWidth, bool IsSigned) : ArrowType;

/// <summary>Floating point numbers of 16, 32 or 64 bits.</summary>
public sealed record FloatType(int BitWidth) : ArrowType;

/// <summary>Text in UTF-8. Large: with offsets of 64 bits.</summary>
public sealed record Utf8Type(bool IsLarge) : ArrowType;

/// <summary>Runs of bytes. Large: with offsets of 64 bits.</summary>
public sealed record BinaryType(bool IsLarge) : ArrowType;

/// <summary>Runs of the same number of bytes each.</summary>
public sealed record FixedSizeBinaryType(int ByteWidth) : ArrowType;

/// <summary>
/// Exact numbers: integers of 32, 64, 128 or 256 bits, of that many decimal digits, of which so many stand after the point.
/// </summary>
public sealed record DecimalType(int Precision, int Scale, int BitWidth = 128) : ArrowType
{
    /// <summary>Bytes of one value.</summary>
    public int ByteWidth => BitWidth / 8;
}
