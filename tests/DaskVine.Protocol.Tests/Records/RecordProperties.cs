using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Records;

public class RecordProperties
{
    private static readonly Gen<ulong> Word =
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(0, 300)
        select ((ulong)(uint)high << 32) | (uint)low;

    private static readonly Gen<WireMessage> Message =
        from words in Word.ArrayOf(4)
        from records in RecordGen.Records
        select WireMessage.Of(new LinkHeader(words[0], words[1], words[2], words[3]), records);

    // Edits near the front hit the parts whose meaning the rest depends on; frames may be lost too.
    private static readonly Gen<WireMessage> Mutated =
        from message in Message
        from edits in ByteEdits.Several
        from frames in Gen.Frequency((4, Gen.Constant(int.MaxValue)), (1, Gen.Choose(0, 1)))
        select new WireMessage(ByteEdits.Apply(message.Header, edits), [.. message.Frames.Take(frames)]);

    [Fact]
    public void Gen_HasEveryKind() =>
        Assert.Equal(RecordTable.Kinds.Order(), RecordGen.ByKind.Select(kind => kind.Sample(1).Single().Kind).Order());

    [Fact]
    public void Message_OfRandomRecords_IsReadAsWrittenAndWrittenAsRead() =>
        Prop.ForAll(Arb.From(RecordGen.Records), Arb.From(Word.ArrayOf(4)), (records, words) =>
        {
            var stamp = new LinkHeader(words[0], words[1], words[2], words[3]);
            var message = WireMessage.Of(stamp, records);
            var read = message.Read();
            var again = WireMessage.Of(read.Header, [.. read.Records]);
            return read.Header == stamp
                && RecordJson.TextOf(records) == RecordJson.TextOf(read.Records)
                && message.Header.AsSpan().SequenceEqual(again.Header)
                // The frames themselves, not copies, so the memories are equal.
                && message.Frames.SequenceEqual(again.Frames);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Message_OfRandomBytes_IsReadOrRefused() =>
        Prop.ForAll(Arb.From(MsgPackNodeGen.Bytes), bytes => IsContained(new WireMessage(bytes, [])))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Message_OfRandomMessagePack_IsReadOrRefused()
    {
        // Well-formed trees where records belong get further than random bytes.
        var trees = from kind in Gen.Elements(RecordTable.Kinds.ToArray())
                    from fields in MsgPackNodeGen.Node.ArrayOf(10)
                    select WireMessage.OfTrees(WireMessage.List([WireMessage.Whole((int)kind), .. fields]));
        Prop.ForAll(Arb.From(trees), IsContained).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Message_Mutated_IsReadOrRefused()
    {
        var read = 0;
        var refused = 0;
        Prop.ForAll(Arb.From(Mutated), message =>
        {
            if (message.TryDescribe() is null)
                refused++;
            else
                read++;
            return IsContained(message);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        // A test that sees one outcome only would prove nothing.
        Assert.True(read > 100 && refused > 100, $"{read} were read and {refused} refused.");
    }

    [Fact]
    public void Message_CutAnywhere_IsRefused() => Prop.ForAll(Arb.From(Message), message =>
    {
        var step = Math.Max(1, message.Header.Length / 50);
        for (var length = 0; length < message.Header.Length; length += step)
            Assert.NotEmpty((message with { Header = message.Header[..length] }).Refusal());
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>What is read can be passed on and means the same there; what is refused raises nothing but ProtocolException.</summary>
    private static bool IsContained(WireMessage message)
    {
        if (message.TryDescribe() is not { } text)
            return true;
        var read = message.Read();
        return WireMessage.Of(read.Header, [.. read.Records]).TryDescribe() == text;
    }
}
