using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.MsgPack;

/// <summary>Random values, drawn towards the boundaries between encodings.</summary>
internal static class MsgPackNodeGen
{
    private static readonly int[] Lengths = [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 255, 256, 257];

    private static readonly Rune[] Runes = [.. "a\0\"\u00e9\u4f60\ufffd\U0001f377".EnumerateRunes()];

    internal static Gen<byte[]> Bytes { get; } =
        from length in Gen.OneOf(Gen.Elements(Lengths), Gen.Choose(0, 40))
        from bytes in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length)
        select bytes;

    private static Gen<ulong> Bits { get; } =
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((ulong)(uint)high << 32) | (uint)low;

    private static Gen<Int128> NearBoundary { get; } =
        from power in Gen.Elements(0, 5, 7, 8, 15, 16, 31, 32, 63, 64)
        from step in Gen.Choose(-2, 2)
        from sign in Gen.Elements(1, -1)
        select Int128.Clamp((sign * (Int128.One << power)) + step, long.MinValue, ulong.MaxValue);

    private static Gen<MsgPackNode> Whole { get; } =
        Gen.OneOf(NearBoundary, Bits.Select(bits => (Int128)bits), Bits.Select(bits => (Int128)(long)bits))
            .Select(value => (MsgPackNode)new MsgPackNode.Whole(value));

    private static Gen<MsgPackNode> Text { get; } =
        from length in Gen.OneOf(Gen.Elements(Lengths), Gen.Choose(0, 12))
        from runes in Gen.Elements(Runes).ArrayOf(length)
        select (MsgPackNode)new MsgPackNode.Text(runes.Aggregate(new StringBuilder(), (text, rune) => text.Append(rune)).ToString());

    // -1 is the timestamp, whose payloads Python interprets; the unit tests and golden values hold it.
    private static Gen<MsgPackNode> Extension { get; } =
        from code in Gen.OneOf(Gen.Choose(-128, -2), Gen.Choose(0, 127))
        from data in Bytes
        select (MsgPackNode)new MsgPackNode.Extension((sbyte)code, data);

    private static Gen<MsgPackNode> Leaf { get; } = Gen.OneOf(
        Gen.Constant<MsgPackNode>(new MsgPackNode.Nil()),
        Gen.Elements(true, false).Select(value => (MsgPackNode)new MsgPackNode.Truth(value)),
        Whole,
        Bits.Select(bits => (MsgPackNode)new MsgPackNode.Real(bits)),
        Text,
        Bytes.Select(data => (MsgPackNode)new MsgPackNode.Binary(data)),
        Extension);

    internal static Gen<MsgPackNode> Node { get; } = NodeOf(depth: 4);

    internal static Arbitrary<MsgPackNode> Nodes { get; } = Arb.From(Node);

    private static Gen<MsgPackNode> NodeOf(int depth)
    {
        if (depth == 0)
            return Leaf;
        Gen<MsgPackNode> inner = NodeOf(depth - 1);
        Gen<int> count = Gen.Frequency((9, Gen.Choose(0, 4)), (1, Gen.Elements(15, 16)));
        Gen<MsgPackNode> array =
            from length in count
            from items in inner.ArrayOf(length)
            select (MsgPackNode)new MsgPackNode.Sequence(items);
        Gen<MsgPackNode> map =
            from length in count
            from keys in Leaf.ArrayOf(length)
            from values in inner.ArrayOf(length)
            select (MsgPackNode)new MsgPackNode.Map([.. keys.Zip(values)]);
        return Gen.Frequency((2, Leaf), (2, array), (2, map));
    }
}
