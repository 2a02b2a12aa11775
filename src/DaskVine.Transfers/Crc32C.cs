using System.Numerics;
using System.Runtime.InteropServices;

namespace DaskVine.Transfers;

/// <summary>The checksum of all transfers: CRC-32C (Castagnoli), as the processor computes it.</summary>
public static class Crc32C
{
    // The instruction takes three cycles and one can start in each, so three strides are computed side by side and joined.
    private const int Stride = 4096;
    private const int FileBuffer = 256 * 1024;
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 1u << 31;

    private static readonly uint[] StrideShift = ShiftTable(Stride);

    /// <param name="crc">Checksum of what came before; 0 at the beginning.</param>
    /// <param name="data">What follows.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        for (; data.Length >= 3 * Stride; data = data[(3 * Stride)..])
            crc = ThreeStrides(crc, data);
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var last in data[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static uint OfFile(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[FileBuffer];
        uint crc = 0;
        for (long offset = 0; ;)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                return crc;
            crc = Append(crc, buffer.AsSpan(0, read));
            offset += read;
        }
    }

    private static uint ThreeStrides(uint crc, ReadOnlySpan<byte> data)
    {
        var first = MemoryMarshal.Cast<byte, ulong>(data[..Stride]);
        var second = MemoryMarshal.Cast<byte, ulong>(data.Slice(Stride, Stride));
        var third = MemoryMarshal.Cast<byte, ulong>(data.Slice(2 * Stride, Stride));
        uint crc2 = 0, crc3 = 0;
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, first[i]);
            crc2 = BitOperations.Crc32C(crc2, second[i]);
            crc3 = BitOperations.Crc32C(crc3, third[i]);
        }

        return Shift(Shift(crc) ^ crc2) ^ crc3;
    }

    // What a stride of zeros makes of a state, byte by byte of the state.
    private static uint Shift(uint crc) =>
        StrideShift[crc & 0xFF] ^ StrideShift[256 + ((crc >> 8) & 0xFF)]
        ^ StrideShift[512 + ((crc >> 16) & 0xFF)] ^ StrideShift[768 + (crc >> 24)];

    private static uint[] ShiftTable(int bytes)
    {
        // x to the power of the bits, by repeated squaring; polynomials have their highest power in the lowest bit.
        var power = One;
        var square = One >> 1;
        for (var bits = bytes * 8; bits > 0; bits >>= 1)
        {
            if ((bits & 1) != 0)
                power = Multiply(power, square);
            square = Multiply(square, square);
        }

        var table = new uint[4 * 256];
        for (uint i = 0; i < table.Length; i++)
            table[i] = Multiply(power, (i & 0xFF) << (int)(8 * (i >> 8)));
        return table;
    }

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
                product ^= right;
            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }

        return product;
    }
}
