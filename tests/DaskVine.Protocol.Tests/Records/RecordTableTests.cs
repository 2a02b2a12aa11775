using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;

namespace DaskVine.Protocol.Tests.Records;

public class RecordTableTests
{
    public static IEnumerable<object[]> Examples => RecordExamples.Cases;

    private static readonly Dictionary<string, MsgPackNode> OtherTrees = new()
    {
        ["record kind 99 is not known"] = WireMessage.List(WireMessage.Whole(99)),
        ["record kind 0 is not known"] = WireMessage.List(WireMessage.Whole(0)),
        ["below zero (-1)"] = WireMessage.List(WireMessage.Whole(-1)),
        ["over 31 bits"] = WireMessage.List(WireMessage.Whole(1L << 31)),
        ["an empty array where a record belongs"] = WireMessage.List(),
        ["Expected a signed 64-bit integer"] = WireMessage.List(WireMessage.Text("hello")),
        ["Expected an array"] = WireMessage.Whole(5),
    };

    public static TheoryData<string> NotRecords => [.. OtherTrees.Keys];

    [Fact]
    public void Kinds_AreEveryRecordKind() =>
        Assert.Equal(Enum.GetValues<RecordKind>().Order(), RecordTable.Kinds.Order());

    [Fact]
    public void Examples_CoverEveryRecordTypeUnderAKindOfItsOwn()
    {
        var types = typeof(Record).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Record)) && !type.IsAbstract);
        var byType = RecordExamples.All.GroupBy(record => record.GetType()).ToDictionary(same => same.Key, same => same.First().Kind);
        Assert.Equal(types.Select(type => type.Name).Order(), byType.Keys.Select(type => type.Name).Order());
        Assert.Equal(RecordTable.Kinds.Order(), byType.Values.Order());
    }

    [Fact]
    public void IsSequenced_OfWhatMakesOrKeepsUpALink_IsFalse()
    {
        RecordKind[] outside = [RecordKind.Hello, RecordKind.Welcome, RecordKind.Refuse, RecordKind.Rehello, RecordKind.Heartbeat];
        Assert.All(RecordExamples.All, record => Assert.Equal(!outside.Contains(record.Kind), record.IsSequenced));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Record_WrittenAndRead_IsTheSame(int example, RecordKind kind)
    {
        var message = WireMessage.Of(RecordExamples.All[example]);
        var read = Assert.Single(message.Read().Records);
        Assert.Equal(kind, read.Kind);
        Assert.Equal(RecordJson.TextOf(RecordExamples.All[example]), RecordJson.TextOf(read));
        var again = WireMessage.Of(read);
        Assert.Equal(message.Header, again.Header);
        Assert.Equal(message.Frames.Select(frame => frame.ToArray()), again.Frames.Select(frame => frame.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void FieldCount_IsWhatIsWritten(int example, RecordKind kind)
    {
        // The tree is read by the count that was announced, and taken apart to the last byte.
        var record = RecordExamples.All[example];
        var tree = Assert.Single(WireMessage.Of(record).Trees());
        Assert.Equal($"{(int)kind}", tree[0].ToString());
        Assert.Equal(record.GetType().GetConstructors().Single().GetParameters().Length + 1, tree.Length);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_WithFieldsOfANewerPeer_SkipsThem(int example, RecordKind kind)
    {
        var record = RecordExamples.All[example];
        var message = WireMessage.Of(record);
        var longer = WireMessage.List(
            [.. message.Trees()[0], new MsgPackNode.Nil(), WireMessage.Whole(-5),
            WireMessage.List(WireMessage.Text("new"), WireMessage.List())]);
        var next = WireMessage.List(WireMessage.Whole((int)RecordKind.Fetch), WireMessage.Whole(77));
        var read = message.With(longer, next).Read().Records;
        Assert.Equal(kind, read[0].Kind);
        Assert.Equal(RecordJson.TextOf([record, new Fetch(new FileId(77))]), RecordJson.TextOf(read));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_WithTooFewFields_IsRefusedByName(int example, RecordKind kind)
    {
        var message = WireMessage.Of(RecordExamples.All[example]);
        var tree = message.Trees()[0];
        for (var length = 1; length < tree.Length; length++)
        {
            // What follows could pass for the missing fields if the count were not heeded.
            var refusal = message.With([WireMessage.List(tree[..length]), .. tree[length..]]).Refusal();
            Assert.Equal($"{kind} has {length - 1} fields and needs {tree.Length - 1}", refusal);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_WithAnyValueOfAnotherType_IsRefusedByName(int example, RecordKind kind)
    {
        // No field of the protocol is a floating-point number.
        var message = WireMessage.Of(RecordExamples.All[example]);
        foreach (var broken in Broken(message.Trees()[0], _ => new MsgPackNode.Real(0)))
            Assert.Contains($"{kind} is malformed", message.With(broken).Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_WithAnyNumberNegative_IsRefusedByName(int example, RecordKind kind)
    {
        var message = WireMessage.Of(RecordExamples.All[example]);
        var tree = message.Trees()[0];
        var signed = kind switch { RecordKind.TaskOptions => tree[3], RecordKind.Tune => tree[2], _ => null };
        foreach (var broken in Broken(
            tree, node => node is MsgPackNode.Whole && !ReferenceEquals(node, signed) ? WireMessage.Whole(-1) : null))
            Assert.Contains($"{kind} is malformed", message.With(broken).Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_WithAnyPayloadInAFrameThatIsAbsent_IsRefusedByName(int example, RecordKind kind)
    {
        var message = WireMessage.Of(RecordExamples.All[example]);
        var absent = WireMessage.Whole(message.Frames.Count);
        foreach (var broken in Broken(message.Trees()[0], node => node is MsgPackNode.Binary ? absent : null))
            Assert.Contains($"{kind} is malformed", message.With(broken).Refusal(), StringComparison.Ordinal);
        if (message.Frames.Count == 0)
            return;
        var refusal = (message with { Frames = [] }).Refusal();
        Assert.Equal($"{kind} is malformed: payload frame 0 is named, but the message has 0", refusal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_OfAHeaderCutAnywhere_IsRefused(int example, RecordKind kind)
    {
        var message = WireMessage.Of(RecordExamples.All[example]);
        for (var length = 0; length < message.Header.Length; length++)
            Assert.NotEmpty((message with { Header = message.Header[..length] }).Refusal());
        Assert.Equal(kind, message.Read().Records[0].Kind);
    }

    [Theory]
    [MemberData(nameof(NotRecords))]
    public void Read_OfWhatIsNoRecord_IsRefused(string reason) =>
        Assert.Contains(reason, WireMessage.OfTrees(OtherTrees[reason]).Refusal(), StringComparison.Ordinal);

    /// <summary>The record once for every value in it that has a replacement, with that one replaced.</summary>
    private static IEnumerable<MsgPackNode> Broken(MsgPackNode[] tree, Func<MsgPackNode, MsgPackNode?> replacement) =>
        Variants(tree[1..], replacement).Select(fields => WireMessage.List([tree[0], .. fields]));

    private static IEnumerable<MsgPackNode[]> Variants(MsgPackNode[] items, Func<MsgPackNode, MsgPackNode?> replacement)
    {
        for (var at = 0; at < items.Length; at++)
        {
            if (replacement(items[at]) is { } other)
                yield return [.. items[..at], other, .. items[(at + 1)..]];
            foreach (var changed in Inside(items[at], replacement))
                yield return [.. items[..at], changed, .. items[(at + 1)..]];
        }
    }

    private static IEnumerable<MsgPackNode> Inside(MsgPackNode node, Func<MsgPackNode, MsgPackNode?> replacement) => node switch
    {
        MsgPackNode.Sequence list => Variants(list.Items, replacement).Select(WireMessage.List),
        MsgPackNode.Map map => Variants([.. map.Pairs.SelectMany(pair => new[] { pair.Key, pair.Value })], replacement)
            .Select(flat => new MsgPackNode.Map([.. flat.Chunk(2).Select(pair => (pair[0], pair[1]))])),
        _ => [],
    };
}
