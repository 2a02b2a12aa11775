using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;
using static DaskVine.Protocol.Tests.Records.WireMessage;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>Fields of the types that options, reports and output brought: signed numbers, truths, maps, flags, pairs.</summary>
public class RecordOptionFieldTests
{
    private static readonly MsgPackNode NoPairs = new MsgPackNode.Map([]);

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Priority_OfEitherSign_IsRead(long priority) =>
        Assert.Equal(priority, Read<TaskOptions>(Options(priority: Whole(priority))).Priority);

    [Fact]
    public void Priority_Over63Bits_IsRefusedByName() => Refused("TaskOptions", Options(priority: Whole(Int128.One << 63)));

    [Fact]
    public void Options_OfANode_MayBeAnyNumberOf31Bits()
    {
        Assert.Equal(int.MaxValue, Assert.Single(Read<SubmitNodes>(Node(Whole(int.MaxValue))).Nodes).Options);
        Refused("SubmitNodes", Node(Whole(1L << 31)));
    }

    [Fact]
    public void Resources_UpTo63Bits_AreReadByName()
    {
        var resources = Read<TaskOptions>(Options(resources: Map(("GPU", Whole(long.MaxValue)), ("", Whole(0))))).Resources;
        Assert.Equal(new Dictionary<string, long> { ["GPU"] = long.MaxValue, [""] = 0 }, resources);
        Refused("TaskOptions", Options(resources: Map(("GPU", Whole(Int128.One << 63)))));
        Refused("TaskOptions", Options(resources: Map(("GPU", Whole(-1)))));
    }

    [Fact]
    public void Map_WithANameTwice_KeepsTheLast()
    {
        var options = Read<TaskOptions>(Options(resources: Map(("GPU", Whole(1)), ("GPU", Whole(2)))));
        Assert.Equal(2, Assert.Single(options.Resources).Value);
        var versions = Read<Versions>(Of(RecordKind.Versions, Map(("python", Text("3.10")), ("python", Text("3.11")))));
        Assert.Equal("3.11", Assert.Single(versions.Components).Value);
    }

    [Fact]
    public void Map_GivenAsAList_IsRefusedByName()
    {
        Refused("TaskOptions", Options(resources: List()));
        Refused("Versions", Of(RecordKind.Versions, List()));
    }

    [Fact]
    public void Truth_GivenAsANumberOrNil_IsRefusedByName()
    {
        foreach (var truth in new[] { Whole(0), Whole(1), new MsgPackNode.Nil() })
        {
            Refused("TaskOptions", Options(elsewhere: truth));
            Refused("Assign", Assign(truth));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Truth_IsRead(bool truth)
    {
        Assert.Equal(truth, Read<TaskOptions>(Options(elsewhere: new MsgPackNode.Truth(truth))).Elsewhere);
        Assert.Equal(truth, Read<Assign>(Assign(new MsgPackNode.Truth(truth))).Capture);
    }

    [Fact]
    public void Reports_WithBitsOfANewerClient_KeepThoseThatAreKnown()
    {
        var open = Read<OpenGraph>(Of(RecordKind.OpenGraph, Whole(1), Whole(0), Text(""), Whole(0x7000_0001), new MsgPackNode.Truth(false), Whole(1)));
        Assert.True(open.Reports.HasFlag(GraphReports.Tasks));
        Assert.False(open.Reports.HasFlag(GraphReports.Output));
    }

    [Fact]
    public void Output_ThatIsNoPairOfTexts_IsRefusedByName()
    {
        foreach (var output in new[] { Text("out"), NoPairs, Whole(0), List(Text("out"), new MsgPackNode.Nil()), List(Bin, Bin) })
        {
            Refused("Completed", Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Bin, output, List()));
            Refused("Failed", Of(RecordKind.Failed, Whole(1), Whole(1), List(Whole(0), Text(""), Text(""), Bin), output));
        }
    }

    [Fact]
    public void Output_OfNothing_IsOtherThanNone()
    {
        var none = Read<Completed>(Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Bin, new MsgPackNode.Nil(), List()));
        var nothing = Read<Completed>(Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Bin, List(Text(""), Text("")), List()));
        Assert.Null(none.Output);
        Assert.Equal(new CallOutput("", ""), nothing.Output);
    }

    [Fact]
    public void Hello_WithoutResourcesGiven_HasNone()
    {
        var hello = new Hello(3, Hello.ClientRole, "i", "n", 1, new Dictionary<string, string>(), 0, [], []);
        Assert.Empty(hello.Resources);
        Assert.Empty(Assert.IsType<Hello>(Assert.Single(WireMessage.Of(hello).Read().Records)).Resources);
    }

    private static MsgPackNode Bin { get; } = new MsgPackNode.Binary([1]);

    private static MsgPackNode Of(RecordKind kind, params MsgPackNode[] fields) => List([Whole((int)kind), .. fields]);

    private static MsgPackNode Map(params (string Name, MsgPackNode Value)[] pairs) =>
        new MsgPackNode.Map([.. pairs.Select(pair => (Text(pair.Name), pair.Value))]);

    private static MsgPackNode Options(MsgPackNode? priority = null, MsgPackNode? elsewhere = null, MsgPackNode? resources = null) => Of(
        RecordKind.TaskOptions, Whole(1), Whole(1), priority ?? Whole(0), Whole(0), List(Text("w")),
        elsewhere ?? new MsgPackNode.Truth(true), resources ?? NoPairs, List(Text("lock")), new MsgPackNode.Truth(false), new MsgPackNode.Nil(), Whole(0));

    private static MsgPackNode Node(MsgPackNode options) => Of(
        RecordKind.SubmitNodes, Whole(1), Whole(0), List(List(new MsgPackNode.Nil(), Bin, List(), Text("key"), options, new MsgPackNode.Truth(false))));

    private static MsgPackNode Assign(MsgPackNode capture) => Of(
        RecordKind.Assign, Whole(1), Whole(1), Whole(0), List(), Bin, List(), Whole(1), capture, List(), new MsgPackNode.Nil(), new MsgPackNode.Truth(false));

    private static T Read<T>(MsgPackNode record)
        where T : Record => Assert.IsType<T>(Assert.Single(OfTrees(record).Read().Records));

    private static void Refused(string name, MsgPackNode record) =>
        Assert.StartsWith($"{name} is malformed: ", OfTrees(record).Refusal(), StringComparison.Ordinal);
}
