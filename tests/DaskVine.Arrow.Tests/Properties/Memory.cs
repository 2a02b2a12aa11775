using System.Runtime.CompilerServices;

namespace DaskVine.Arrow.Tests.Properties;

/// <summary>Where the memory of an array lies.</summary>
internal static class Memory
{
    /// <summary>Every buffer of the array is within the bytes, at a multiple of so many from their start.</summary>
    internal static void ExpectAligned(byte[] bytes, ArrowArray array, int alignment)
    {
        foreach (ReadOnlyMemory<byte> buffer in array.Data.Buffers)
        {
            if (buffer.Length > 8)
                Assert.Equal(0, Offset(bytes, buffer.Span) % alignment);
        }
        foreach (ArrowArray child in array.Children)
            ExpectAligned(bytes, child, alignment);
    }

    /// <summary>Where a buffer begins in the bytes that it is a view over.</summary>
    internal static long Offset(byte[] bytes, ReadOnlySpan<byte> buffer)
    {
        long offset = Unsafe.ByteOffset(ref bytes[0], ref Unsafe.AsRef(in buffer[0]));
        Assert.InRange(offset, 0, bytes.Length - buffer.Length);
        return offset;
    }
}
