using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>Where each value of variable length begins and ends: one number more than there are values.</summary>
internal readonly struct Offsets(ReadOnlyMemory<byte> bytes, bool isLarge)
{
    private static readonly byte[] Zero = new byte[sizeof(long)];

    internal bool IsLarge => isLarge;

    internal int First => this[0];

    internal int Last => isLarge ? (int)Large[^1] : Small[^1];

    internal ReadOnlySpan<int> Small => !isLarge
        ? MemoryMarshal.Cast<byte, int>(bytes.Span)
        : throw new InvalidOperationException("The offsets have 64 bits: read LargeOffsets.");

    internal ReadOnlySpan<long> Large => isLarge
        ? MemoryMarshal.Cast<byte, long>(bytes.Span)
        : throw new InvalidOperationException("The offsets have 32 bits: read Offsets.");

    // Checked when the array was made: every offset fits the memory that it points into.
    internal int this[int index] => isLarge ? (int)Large[index] : Small[index];

    internal static int Width(bool isLarge) => isLarge ? sizeof(long) : sizeof(int);

    /// <summary>The one offset of no values, which writers may leave out.</summary>
    internal static ReadOnlyMemory<byte> OfNothing(bool isLarge) => Zero.AsMemory(0, Width(isLarge));

    internal static Offsets Of(ArrayData data) => new(data.Buffers[1], data.Type is not MapType && HasLarge(data.Type));

    internal static bool HasLarge(ArrowType type) => type switch
    {
        Utf8Type utf8 => utf8.IsLarge,
        BinaryType binary => binary.IsLarge,
        ListType list => list.IsLarge,
        _ => false,
    };

    /// <summary>These offsets as they are when the first one is zero.</summary>
    internal ReadOnlyMemory<byte> FromZero()
    {
        int first = First;
        if (first == 0)
            return bytes;
        byte[] copy = new byte[bytes.Length];
        if (isLarge)
        {
            Span<long> target = MemoryMarshal.Cast<byte, long>(copy.AsSpan());
            for (int i = 0; i < target.Length; i++)
                target[i] = Large[i] - first;
        }
        else
        {
            Span<int> target = MemoryMarshal.Cast<byte, int>(copy.AsSpan());
            for (int i = 0; i < target.Length; i++)
                target[i] = Small[i] - first;
        }
        return copy;
    }
}
