using System.Buffers.Binary;

namespace DaskVine.Arrow.Tests.Fuzzing;

/// <summary>Damage of every kind, told by a random generator alone.</summary>
internal static class Mutations
{
    private static readonly long[] Numbers =
    [
        -1, 0, 1, 2, 7, 8, 64, 255, 256, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue,
    ];

    internal static byte[] Mutate(Random random, byte[] bytes, Func<byte[]> other)
    {
        byte[] mutant = [.. bytes];
        for (int times = random.Next(1, 5); times > 0; times--)
            mutant = MutateOnce(random, mutant, other);
        return mutant;
    }

    private static byte[] MutateOnce(Random random, byte[] bytes, Func<byte[]> other)
    {
        if (bytes.Length < 16)
            return bytes;
        int at = random.Next(bytes.Length);
        int length = random.Next(Math.Min(64, bytes.Length - at) + 1);
        switch (random.Next(9))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3 or 4:
                WriteNumber(random, bytes);
                return bytes;
            case 5:
                return bytes[..at];
            case 6:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 7:
                return [.. bytes[..at], .. bytes.AsSpan(random.Next(bytes.Length - length), length), .. bytes[at..]];
            default:
                byte[] donor = other();
                int from = random.Next(donor.Length);
                int count = Math.Min(random.Next(random.Next(2) == 0 ? 64 : 4096), Math.Min(donor.Length - from, bytes.Length - at));
                donor.AsSpan(from, count).CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }

    /// <summary>Puts a telling number, or one near that which stands there, where lengths and offsets stand.</summary>
    private static void WriteNumber(Random random, byte[] bytes)
    {
        int at = random.Next(bytes.Length - 8) & ~(random.Next(2) == 0 ? 3 : 1);
        long number = random.Next(2) == 0
            ? Numbers[random.Next(Numbers.Length)]
            : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)) + random.Next(-64, 65);
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), number);
        else
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), unchecked((int)number));
    }
}
