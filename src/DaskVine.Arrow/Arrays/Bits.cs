using System.Buffers.Binary;
using System.Numerics;

namespace DaskVine.Arrow;

/// <summary>Bitmaps, lowest bit of a byte first.</summary>
internal static class Bits
{
    internal static int BytesFor(long bits) => checked((int)((bits + 7) / 8));

    internal static bool Get(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] & (1 << (index & 7))) != 0;

    internal static void Set(Span<byte> bits, int index) => bits[index >> 3] |= (byte)(1 << (index & 7));

    /// <summary>How many of those bits are one.</summary>
    internal static int Count(ReadOnlySpan<byte> bits, int start, int length)
    {
        int count = 0;
        int at = start;
        int end = start + length;
        for (; at < end && (at & 7) != 0; at++)
            count += Get(bits, at) ? 1 : 0;
        for (; end - at >= 64; at += 64)
            count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bits[(at >> 3)..]));
        for (; at < end; at++)
            count += Get(bits, at) ? 1 : 0;
        return count;
    }

    /// <summary>Those bits as a bitmap that begins with the first of them; copied only when it does not begin a byte.</summary>
    internal static ReadOnlyMemory<byte> Aligned(ReadOnlyMemory<byte> bits, int start, int length)
    {
        if ((start & 7) == 0)
            return bits.Slice(start >> 3, BytesFor(length));
        ReadOnlySpan<byte> source = bits.Span[(start >> 3)..BytesFor((long)start + length)];
        byte[] copy = new byte[BytesFor(length)];
        int shift = start & 7;
        for (int i = 0; i < copy.Length; i++)
        {
            int next = i + 1 < source.Length ? source[i + 1] : 0;
            copy[i] = (byte)((source[i] >> shift) | (next << (8 - shift)));
        }
        return copy;
    }

    /// <summary>Copies bits into a zeroed bitmap.</summary>
    internal static void CopyTo(ReadOnlySpan<byte> bits, int start, int length, Span<byte> target, int targetStart)
    {
        for (int i = 0; i < length; i++)
        {
            if (Get(bits, start + i))
                Set(target, targetStart + i);
        }
    }

    internal static void Fill(Span<byte> target, int start, int length)
    {
        for (int i = start; i < start + length; i++)
            Set(target, i);
    }

    /// <summary>The bitmap of those truth values; empty when all are true.</summary>
    internal static ReadOnlyMemory<byte> Validity(ReadOnlySpan<bool> valid) =>
        valid.Contains(false) ? Pack(valid) : default(ReadOnlyMemory<byte>);

    internal static byte[] Pack(ReadOnlySpan<bool> values)
    {
        byte[] bits = new byte[BytesFor(values.Length)];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i])
                Set(bits, i);
        }
        return bits;
    }
}
