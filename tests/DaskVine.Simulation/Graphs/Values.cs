using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DaskVine.Simulation.Graphs;

/// <summary>Values that prove where they come from: their bytes follow from the task's key and from all bytes of its inputs.</summary>
internal static class Values
{
    public static byte[] Of(ulong key, IEnumerable<ReadOnlyMemory<byte>> inputs, int size)
    {
        var state = key;
        foreach (var input in inputs)
            state = Chance.Mix(state ^ HashOf(input.Span));
        return Expand(state, size);
    }

    private static byte[] Expand(ulong state, int size)
    {
        var bytes = new byte[(size + 7) & ~7];
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()))
            word = state = Chance.Mix(state + 0x9E3779B97F4A7C15);
        return bytes.Length == size ? bytes : bytes[..size];
    }

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Chance.Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var last in bytes)
            hash = Chance.Mix(hash ^ last);
        return hash;
    }
}
