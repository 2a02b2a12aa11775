using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>Random damage to encoded bytes: a byte replaced, inserted or removed, or the rest cut off.</summary>
internal sealed record ByteEdit(int Kind, int Place, byte Value);

/// <summary>Makes damage and does it.</summary>
internal static class ByteEdits
{
    internal static Gen<ByteEdit[]> Several { get; } =
        from count in Gen.Choose(1, 4)
        from edits in One().ArrayOf(count)
        select edits;

    internal static byte[] Apply(byte[] bytes, IEnumerable<ByteEdit> edits) => edits.Aggregate(bytes, Apply);

    private static Gen<ByteEdit> One() =>
        from kind in Gen.Frequency((5, Gen.Constant(0)), (2, Gen.Constant(1)), (2, Gen.Constant(2)), (1, Gen.Constant(3)))
        from place in Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(0, int.MaxValue))
        from value in Gen.Choose(0, 255)
        select new ByteEdit(kind, place, (byte)value);

    private static byte[] Apply(byte[] bytes, ByteEdit edit)
    {
        if (bytes.Length == 0)
            return [edit.Value];
        var at = edit.Place % bytes.Length;
        return edit.Kind switch
        {
            0 => [.. bytes[..at], edit.Value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], edit.Value, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[(at + 1)..]],
            _ => bytes[..at],
        };
    }
}
