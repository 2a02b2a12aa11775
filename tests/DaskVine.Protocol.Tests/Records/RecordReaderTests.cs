using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;
using static DaskVine.Protocol.Tests.Records.WireMessage;

namespace DaskVine.Protocol.Tests.Records;

public class RecordReaderTests
{
    private static readonly MsgPackNode Body = new MsgPackNode.Binary([0x90]);

    private static readonly MsgPackNode Nil = new MsgPackNode.Nil();

    private static readonly MsgPackNode No = new MsgPackNode.Truth(false);

    private static readonly MsgPackNode NoPairs = new MsgPackNode.Map([]);

    private static readonly Dictionary<string, MsgPackNode> WithUnknownMember = new()
    {
        ["OpenGraph is malformed: task mode 3 is not known"] = Of(RecordKind.OpenGraph, Whole(1), Whole(3), Text(""), Whole(0), No, Whole(1)),
        ["Assign is malformed: task mode 3 is not known"] =
            Of(RecordKind.Assign, Whole(1), Whole(1), Whole(3), List(), Body, List(), Whole(1), No, List(), Nil, No),
        ["Failed is malformed: failure kind 7 is not known"] = Of(RecordKind.Failed, Whole(1), Whole(1), FailureOf(7), Nil),
        ["GraphFailed is malformed: failure kind 7 is not known"] =
            Of(RecordKind.GraphFailed, Whole(1), Whole(1), Text(""), Text(""), FailureOf(7), Text("")),
        ["SubmitFiles is malformed: file kind 5 is not known"] = Of(
            RecordKind.SubmitFiles, Whole(1), Whole(0), List(List(Whole(5), Text(""), Text(""), Whole(0), Whole(0), No))),
        ["Transfer is malformed: cache level 4 is not known"] = Of(
            RecordKind.Transfer, Whole(1), Whole(1), Whole(1), Text(""), Text(""), Text(""), Text(""), Whole(4)),
        ["TransferFailed is malformed: transfer failure 6 is not known"] =
            Of(RecordKind.TransferFailed, Whole(1), Whole(1), Whole(6), Text("")),
    };

    // The record around an inner array, and that array.
    private static readonly Dictionary<string, (Func<MsgPackNode, MsgPackNode> Around, MsgPackNode[] Inner)> WithInnerArray = new()
    {
        ["Hello file"] = (inner => Hello(List(inner), List()), [Whole(1), Whole(2)]),
        ["Hello task"] = (inner => Hello(List(), List(inner)), [Whole(1), Whole(2)]),
        ["SubmitNodes node"] = (
            inner => Of(RecordKind.SubmitNodes, Whole(1), Whole(0), List(inner)),
            [Nil, Body, List(Whole(1)), Text("key"), Whole(1), No]),
        ["TaskEvents ended"] = (
            inner => Of(RecordKind.TaskEvents, Whole(1), List(Whole(1)), List(inner)), [Whole(1), Text("worker"), Whole(1)]),
        ["Failed failure"] = (
            inner => Of(RecordKind.Failed, Whole(1), Whole(1), inner, Nil), [Whole(0), Text("m"), Text("t"), Nil]),
        ["Failed output"] = (
            inner => Of(RecordKind.Failed, Whole(1), Whole(1), FailureOf(0), inner), [Text("out"), Text("error")]),
        ["Completed output"] = (
            inner => Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Nil, inner, List()), [Text("out"), Text("error")]),
        ["Completed file"] = (
            inner => Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Nil, Nil, List(inner)), [Whole(1), Whole(2)]),
        ["Movements moved"] = (
            inner => Of(RecordKind.Movements, Whole(1), Whole(1), List(inner)), [Text("from"), Text("to"), Whole(1), Whole(2), Whole(3)]),
        ["SubmitFiles file"] = (
            inner => Of(RecordKind.SubmitFiles, Whole(1), Whole(0), List(inner)),
            [Whole(1), Text("source"), Text("name"), Whole(2), Whole(3), No]),
        ["Hello peer"] = (
            inner => Hello(List(), List(), inner), [Text("tcp://h:1"), Text("token"), Text("host"), Text("/directory")]),
        ["Assign input"] = (
            inner => Of(RecordKind.Assign, Whole(1), Whole(1), Whole(0), List(), Body, List(inner), Whole(1), No, List(), Nil, No),
            [Whole(1), Whole(2)]),
        ["Retracted task"] = (inner => Of(RecordKind.Retracted, List(inner)), [Whole(1), Whole(2)]),
    };

    private static readonly Dictionary<string, MsgPackNode> OfEarlierVersions = new()
    {
        ["Hello has 9 fields and needs 13"] = Of(
            RecordKind.Hello, Whole(1), Text("worker"), Text("i"), Text("n"), Whole(1), NoPairs, Whole(1), List(), List()),
        ["OpenGraph has 3 fields and needs 6"] = Of(RecordKind.OpenGraph, Whole(1), Whole(0), Text("")),
        ["SubmitNodes is malformed: an array of 4 where 6 fields belong"] =
            Of(RecordKind.SubmitNodes, Whole(1), Whole(0), List(List(Nil, Body, List(), Text("key")))),
        ["GraphFailed has 5 fields and needs 6"] =
            Of(RecordKind.GraphFailed, Whole(1), Whole(1), Text(""), Text(""), FailureOf(0)),
        ["Assign has 7 fields and needs 11"] =
            Of(RecordKind.Assign, Whole(1), Whole(1), Whole(0), List(), Body, List(), Whole(1)),
        ["Completed has 5 fields and needs 7"] = Of(RecordKind.Completed, Whole(1), Whole(1), Whole(1), Whole(1), Nil),
        ["Failed has 3 fields and needs 4"] = Of(RecordKind.Failed, Whole(1), Whole(1), FailureOf(0)),
    };

    public static TheoryData<string> FormsOfEarlierVersions => [.. OfEarlierVersions.Keys];

    public static TheoryData<string> UnknownMembers => [.. WithUnknownMember.Keys];

    public static TheoryData<string> InnerArrays => [.. WithInnerArray.Keys];

    [Theory]
    [MemberData(nameof(UnknownMembers))]
    public void Read_OfAnUnknownMember_IsRefusedByName(string refusal) =>
        Assert.Equal(refusal, OfTrees(WithUnknownMember[refusal]).Refusal());

    [Theory]
    [MemberData(nameof(FormsOfEarlierVersions))]
    public void Read_OfARecordAsAnEarlierVersionHadIt_IsRefusedByName(string refusal) =>
        Assert.Equal(refusal, OfTrees(OfEarlierVersions[refusal]).Refusal());

    [Theory]
    [InlineData(0, FailureKind.Raised)]
    [InlineData(5, FailureKind.Invalid)]
    [InlineData(6, FailureKind.Library)]
    public void Failure_OfAKnownKind_IsRead(int number, FailureKind kind)
    {
        var read = OfTrees(Of(RecordKind.Failed, Whole(1), Whole(1), FailureOf(number), Nil)).Read();
        Assert.Equal(kind, Assert.IsType<Failed>(Assert.Single(read.Records)).Failure.Kind);
    }

    [Theory]
    [MemberData(nameof(InnerArrays))]
    public void InnerArray_TooShort_IsRefusedByName(string name)
    {
        var (around, whole) = WithInnerArray[name];
        for (var length = 0; length < whole.Length; length++)
        {
            var refusal = OfTrees(around(List(whole[..length]))).Refusal();
            Assert.Equal($"{name.Split(' ')[0]} is malformed: an array of {length} where {whole.Length} fields belong", refusal);
        }
    }

    [Theory]
    [MemberData(nameof(InnerArrays))]
    public void InnerArray_OfANewerPeer_IsReadAndTheRestSkipped(string name)
    {
        var (around, whole) = WithInnerArray[name];
        var known = OfTrees(around(List(whole))).Read();
        var newer = OfTrees(around(List([.. whole, Text("new"), List(Whole(-1))]))).Read();
        Assert.StartsWith($"{newer.Records[0].Kind} ", name, StringComparison.Ordinal);
        Assert.Equal(RecordJson.TextOf(known.Records), RecordJson.TextOf(newer.Records));
    }

    [Fact]
    public void Number_Over31Bits_IsRefusedWhereACountBelongs()
    {
        Assert.Equal(
            "CancelGraph is malformed: a number over 31 bits (2147483648) where a count belongs",
            OfTrees(Of(RecordKind.CancelGraph, Whole(1L << 31))).Refusal());
        var read = OfTrees(Of(RecordKind.CancelGraph, Whole(int.MaxValue))).Read();
        Assert.Equal(new CancelGraph(int.MaxValue), Assert.Single(read.Records));
    }

    [Fact]
    public void Number_Over63Bits_IsRefusedWhereAnIdBelongs()
    {
        Assert.Contains("Fetch is malformed", OfTrees(Of(RecordKind.Fetch, Whole(Int128.One << 63))).Refusal(), StringComparison.Ordinal);
        var read = OfTrees(Of(RecordKind.Fetch, Whole(long.MaxValue))).Read();
        Assert.Equal(new Fetch(new FileId(long.MaxValue)), Assert.Single(read.Records));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Payload_InAFrameOfAnySize_IsRead(int length)
    {
        var message = OfTrees(Of(RecordKind.Chunk, Whole(1), Whole(length), Whole(0), Whole(1)));
        var frame = RecordExamples.Run(length, 0x5a);
        var read = (message with { Frames = [new byte[] { 1 }, frame] }).Read();
        Assert.Equal(frame, Assert.IsType<Chunk>(Assert.Single(read.Records)).Data.ToArray());
    }

    [Fact]
    public void Payload_OfAnySizeInTheHeader_IsRead()
    {
        var bytes = RecordExamples.Run(100_000, 0x5a);
        var read = OfTrees(Of(RecordKind.Chunk, Whole(1), Whole(bytes.Length), Whole(0), new MsgPackNode.Binary(bytes))).Read();
        Assert.Equal(bytes, Assert.IsType<Chunk>(Assert.Single(read.Records)).Data.ToArray());
    }

    [Fact]
    public void Payload_OneFrameNamedTwice_IsReadTwice()
    {
        var chunk = Of(RecordKind.Chunk, Whole(1), Whole(2), Whole(0), Whole(0));
        var read = (OfTrees(chunk, chunk) with { Frames = [new byte[] { 8, 9 }] }).Read();
        Assert.All(read.Records, record => Assert.Equal([8, 9], ((Chunk)record).Data.ToArray()));
        Assert.Equal(2, read.Records.Count);
    }

    private static MsgPackNode Of(RecordKind kind, params MsgPackNode[] fields) => List([Whole((int)kind), .. fields]);

    private static MsgPackNode FailureOf(int kind) => List(Whole(kind), Text("message"), Text("traceback"), Nil);

    private static MsgPackNode Hello(MsgPackNode files, MsgPackNode tasks, MsgPackNode? peer = null) => Of(
        RecordKind.Hello, Whole(1), Text("worker"), Text("i"), Text("n"), Whole(1), NoPairs, Whole(1), files, tasks, NoPairs, peer ?? Nil,
        Whole(0), Whole(0));
}
