using DaskVine.Protocol.Host;
using DaskVine.Protocol.Tests.MsgPack;
using DaskVine.Protocol.Tests.Records;
using FsCheck;
using FsCheck.Fluent;
using static DaskVine.Protocol.Tests.Host.HostFrames;

namespace DaskVine.Protocol.Tests.Host;

public class HostProperties
{
    private static readonly Gen<MsgPackNode> Number = Gen.Choose(0, int.MaxValue).Select(value => Whole(value));

    private static readonly Gen<MsgPackNode> Phrase =
        Gen.Elements("", "message", "\u00e9\u4f60\U0001f377", new string('t', 300)).Select(Text);

    private static readonly Gen<MsgPackNode> Bytes = Gen.Frequency(
        (2, Gen.Constant(Nil)), (7, MsgPackNodeGen.Bytes.Select(Bin)), (1, Gen.Choose(0, 200_000).Select(length => Bin(new byte[length]))));

    private static readonly Gen<MsgPackNode> Output = Gen.OneOf(
        Gen.Constant(Nil), Phrase.ArrayOf(2).Select(List), Gen.Choose(0, 200_000).Select(length => Pair(new string('o', length), "")));

    private static readonly Gen<MsgPackNode> Node = Gen.OneOf(
        from role in Gen.Elements("library", "child", "task") from numbers in Number.ArrayOf(2) from version in Phrase
        select Record(HostRecordKind.Hello, Text(role), numbers[0], numbers[1], new MsgPackNode.Map([(Text("python"), version)])),
        from numbers in Number.ArrayOf(2) from status in Gen.Choose(-64, 255)
        select Record(HostRecordKind.Exited, numbers[0], numbers[1], Whole(status)),
        from numbers in Number.ArrayOf(3) from value in Bytes from output in Output
        select Record(HostRecordKind.Returned, [.. numbers, value, output]),
        from took in Number from failure in Gen.OneOf(Gen.Constant(Nil), Phrase.ArrayOf(2).Select(List))
        select Record(HostRecordKind.Ready, took, failure),
        from numbers in Number.ArrayOf(2) from ok in Gen.Elements(true, false)
        select Record(HostRecordKind.Loaded, [.. numbers, new MsgPackNode.Truth(ok)]),
        from numbers in Number.ArrayOf(2) from kind in Gen.Choose(0, 6) from texts in Phrase.ArrayOf(2) from exception in Bytes
        from output in Output
        select Record(HostRecordKind.Failed, [.. numbers, Whole(kind), .. texts, exception, output]));

    private static readonly Gen<int[]> Pieces = Gen.OneOf(Gen.Choose(1, 8), Gen.Choose(1, 100_000)).ArrayOf(500);

    [Fact]
    public void Stream_SplitAnywhere_GivesTheSameRecords()
    {
        var streams = from count in Gen.Choose(0, 30) from nodes in Node.ArrayOf(count) select nodes;
        Prop.ForAll(Arb.From(streams), Arb.From(Pieces), (nodes, pieces) =>
        {
            // One at a time, each in a reader of its own, is what any other way is held against.
            var expected = nodes.Select(node => Describe(new HostReader().Feed(Frame(node)).Single()));
            byte[] stream = [.. nodes.SelectMany(Frame)];
            return expected.SequenceEqual(new HostReader().Feed(stream, pieces).Select(Describe));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Stream_OfRandomBytes_IsReadOrRefused() =>
        Prop.ForAll(Arb.From(MsgPackNodeGen.Bytes), Arb.From(Pieces), (bytes, pieces) =>
            IsContained(bytes, pieces) && IsContained(Frame(bytes), pieces)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Stream_Mutated_IsReadOrRefused()
    {
        var read = 0;
        var refused = 0;
        Prop.ForAll(Arb.From(Node), Arb.From(ByteEdits.Several), Arb.From(Pieces), (node, edits, pieces) =>
        {
            // The length is made to fit, so that the damage is inside.
            var bytes = Frame(ByteEdits.Apply(node.Encode(), edits));
            try
            {
                read += new HostReader().Feed(bytes, pieces).Count;
            }
            catch (ProtocolException)
            {
                refused++;
            }

            return IsContained(ByteEdits.Apply(Frame(node), edits), pieces);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Assert.True(read > 50 && refused > 50, $"{read} were read and {refused} refused.");
    }

    private static bool IsContained(byte[] bytes, int[] pieces)
    {
        try
        {
            new HostReader().Feed(bytes, pieces);
        }
        catch (ProtocolException refusal)
        {
            return refusal.Message.Length > 0;
        }

        return true;
    }
}
