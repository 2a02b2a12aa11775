using System.Buffers.Binary;

namespace DaskVine.Arrow.FlatBuffers;

/// <summary>
/// Writes FlatBuffers metadata front to back: a part first, then what it refers to, since references only point forward.
/// </summary>
internal sealed class FlatBuilder
{
    private byte[] _bytes = new byte[512];

    internal int Length { get; private set; }

    /// <summary>The bytes of metadata whose root is that table.</summary>
    internal static byte[] Build(FlatTableNode root)
    {
        var builder = new FlatBuilder();
        int at = builder.Append(4);
        builder.Refer(at, root.Write(builder));
        return builder._bytes.AsSpan(0, builder.Length).ToArray();
    }

    internal Span<byte> At(int position) => _bytes.AsSpan(position, Length - position);

    /// <summary>Adds zeroed bytes and returns where they are.</summary>
    internal int Append(int count)
    {
        int at = Length;
        if (count > _bytes.Length - at)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, checked(at + count)));
        Length += count;
        return at;
    }

    /// <summary>Pads, so that what comes that many bytes later is aligned.</summary>
    internal void Align(int alignment, int later) => Append(-(Length + later) & (alignment - 1));

    internal void Refer(int field, int target) => BinaryPrimitives.WriteInt32LittleEndian(At(field), target - field);
}
