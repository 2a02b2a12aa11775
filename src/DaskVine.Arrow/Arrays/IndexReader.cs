using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>Indices of any integer type.</summary>
internal static class IndexReader
{
    /// <summary>The first row that is not null and not below the limit; -1 when there is none.</summary>
    internal static int FirstOutside(ArrayData data, int limit) => IndexType(data) switch
    {
        { BitWidth: 8, IsSigned: true } => FirstOutside<sbyte>(data, limit),
        { BitWidth: 8 } => FirstOutside<byte>(data, limit),
        { BitWidth: 16, IsSigned: true } => FirstOutside<short>(data, limit),
        { BitWidth: 16 } => FirstOutside<ushort>(data, limit),
        { BitWidth: 32, IsSigned: true } => FirstOutside<int>(data, limit),
        { BitWidth: 32 } => FirstOutside<uint>(data, limit),
        { IsSigned: true } => FirstOutside<long>(data, limit),
        _ => FirstOutside<ulong>(data, limit),
    };

    /// <summary>An index that was checked, so that it fits.</summary>
    internal static int Read(ArrayData data, int index)
    {
        ReadOnlySpan<byte> bytes = data.Buffers[1].Span;
        return IndexType(data).BitWidth switch
        {
            8 => bytes[index],
            16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * 2)..]),
            32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(index * 4)..]),
            _ => (int)BinaryPrimitives.ReadInt64LittleEndian(bytes[(index * 8)..]),
        };
    }

    /// <summary>Writes an index; false when the type has no such number.</summary>
    internal static bool TryWrite(IntType type, Span<byte> bytes, int index, int value)
    {
        int bits = type.BitWidth - (type.IsSigned ? 1 : 0);
        if (bits < 31 && value >= 1 << bits)
            return false;
        switch (type.BitWidth)
        {
            case 8:
                bytes[index] = (byte)value;
                break;
            case 16:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[(index * 2)..], (ushort)value);
                break;
            case 32:
                BinaryPrimitives.WriteInt32LittleEndian(bytes[(index * 4)..], value);
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(bytes[(index * 8)..], value);
                break;
        }
        return true;
    }

    private static IntType IndexType(ArrayData data) => ((DictionaryType)data.Type).IndexType;

    private static int FirstOutside<T>(ArrayData data, int limit)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> indices = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span);
        ReadOnlySpan<byte> valid = data.Validity.Span;
        for (int i = 0; i < indices.Length; i++)
        {
            // A negative index becomes a huge one.
            if (ulong.CreateTruncating(indices[i]) >= (ulong)limit && (valid.IsEmpty || Bits.Get(valid, data.BitOffset + i)))
                return i;
        }
        return -1;
    }
}
