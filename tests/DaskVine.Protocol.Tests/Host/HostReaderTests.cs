using DaskVine.Protocol.Host;
using DaskVine.Protocol.Tests.MsgPack;
using static DaskVine.Protocol.Tests.Host.HostFrames;

namespace DaskVine.Protocol.Tests.Host;

public class HostReaderTests
{
    private static readonly MsgPackNode[] Hello =
        [Text("child"), Whole(3), Whole(4711), new MsgPackNode.Map([(Text("python"), Text("3.11.2"))])];

    private static readonly MsgPackNode[] Exited = [Whole(3), Whole(4711), Whole(-9)];

    private static readonly MsgPackNode[] Returned = [Whole(1L << 40), Whole(12), Whole(2), Bin(1, 2), Pair("out\n", "error\n")];

    private static readonly MsgPackNode[] Failed =
        [Whole(8), Whole(12), Whole(1), Text("message"), Text("traceback"), Bin(0x80), Pair("", "error\n")];

    private static readonly Dictionary<HostRecordKind, MsgPackNode[]> Fields = new()
    {
        [HostRecordKind.Hello] = Hello,
        [HostRecordKind.Exited] = Exited,
        [HostRecordKind.Returned] = Returned,
        [HostRecordKind.Failed] = Failed,
        [HostRecordKind.Ready] = [Whole(12), Pair("message", "traceback")],
        [HostRecordKind.Loaded] = [Whole(7), Whole(12), new MsgPackNode.Truth(true)],
    };

    private static readonly Dictionary<string, MsgPackNode> NotOutputs = new()
    {
        ["nothing"] = List(),
        ["one text"] = List(Text("out")),
        ["three texts"] = List(Text("out"), Text("error"), Text("more")),
        ["a nil text"] = List(Text("out"), Nil),
        ["bytes"] = List(Bin(1), Bin(2)),
        ["a text"] = Text("out"),
        ["a truth"] = new MsgPackNode.Truth(false),
        ["a map"] = new MsgPackNode.Map([(Text("out"), Text("error"))]),
    };

    public static TheoryData<string> NoOutputs => [.. NotOutputs.Keys];

    public static TheoryData<HostRecordKind> Kinds => [.. Fields.Keys];

    [Theory]
    [InlineData("library", HostRole.Library)]
    [InlineData("child", HostRole.Child)]
    [InlineData("task", HostRole.Task)]
    public void Hello_IsRead(string text, HostRole role)
    {
        var hello = Assert.IsType<HostHello>(One(Record(HostRecordKind.Hello, [Text(text), .. Hello[1..]])));
        Assert.Equal((role, 3, 4711), (hello.Role, hello.Slot, hello.ProcessId));
        Assert.Equal(new Dictionary<string, string> { ["python"] = "3.11.2" }, hello.Versions);
    }

    [Fact]
    public void Exited_IsReadWithItsSignal() =>
        Assert.Equal(new HostExited(3, 4711, -9), One(Record(HostRecordKind.Exited, Exited)));

    [Fact]
    public void Ready_IsReadWithWhatWentWrong()
    {
        Assert.Equal(new HostReady(12), One(Record(HostRecordKind.Ready, Whole(12), Nil)));
        Assert.Equal(
            new HostReady(12, new Failure(FailureKind.Library, "message", "traceback", null)),
            One(Record(HostRecordKind.Ready, Whole(12), Pair("message", "traceback"))));
    }

    [Fact]
    public void Loaded_IsRead() =>
        Assert.Equal(new HostLoaded(7, 12, true), One(Record(HostRecordKind.Loaded, Whole(7), Whole(12), new MsgPackNode.Truth(true))));

    [Fact]
    public void Returned_WithAValue_IsRead()
    {
        var returned = Assert.IsType<HostReturned>(One(Record(HostRecordKind.Returned, Returned)));
        Assert.Equal((1L << 40, 12L, 2L), (returned.Call, returned.DurationUs, returned.Size));
        Assert.Equal([1, 2], returned.Value!.Value.ToArray());
        Assert.Equal(new CallOutput("out\n", "error\n"), returned.Output);
    }

    [Fact]
    public void Returned_WithoutAValue_IsRead() =>
        Assert.Equal(
            new HostReturned(1, 2, 1L << 50, null),
            One(Record(HostRecordKind.Returned, Whole(1), Whole(2), Whole(1L << 50), Nil, Nil)));

    [Fact]
    public void Failed_IsRead()
    {
        var failed = Assert.IsType<HostFailed>(One(Record(HostRecordKind.Failed, Failed)));
        Assert.Equal((8L, 12L), (failed.Call, failed.DurationUs));
        Assert.Equal(new Failure(FailureKind.Unloadable, "message", "traceback", null), failed.Failure with { Exception = null });
        Assert.Equal([0x80], failed.Failure.Exception!.Value.ToArray());
        Assert.Equal(new CallOutput("", "error\n"), failed.Output);
    }

    [Fact]
    public void Failed_WithoutAnException_IsRead() =>
        Assert.Equal(
            new HostFailed(8, 12, new Failure(FailureKind.Invalid, "m", "", null)),
            One(Record(HostRecordKind.Failed, Whole(8), Whole(12), Whole(5), Text("m"), Text(""), Nil, Nil)));

    [Fact]
    public void Output_OfALongText_IsReadWhole()
    {
        var text = new string('\u00e9', 200_000);
        var returned = Record(HostRecordKind.Returned, [.. Returned[..4], Pair(text, "")]);
        Assert.Equal(new CallOutput(text, ""), Assert.IsType<HostReturned>(One(returned)).Output);
    }

    [Theory]
    [MemberData(nameof(NoOutputs))]
    public void Output_ThatIsNoPairOfTexts_IsRefused(string what)
    {
        Refusal(Frame(Record(HostRecordKind.Returned, [.. Returned[..4], NotOutputs[what]])));
        Refusal(Frame(Record(HostRecordKind.Failed, [.. Failed[..6], NotOutputs[what]])));
    }

    [Fact]
    public void Record_HasMemoryOfItsOwn()
    {
        var reader = new HostReader();
        var first = (HostReturned)reader.Feed(Frame(Record(HostRecordKind.Returned, Returned))).Single();
        reader.Feed(Frame(Record(HostRecordKind.Returned, Whole(1), Whole(1), Whole(2), Bin(8, 9), Nil)));
        Assert.Equal([1, 2], first.Value!.Value.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Record_WithFieldsOfANewerHost_IsReadAndTheyAreSkipped(HostRecordKind kind) =>
        Assert.Equal(
            Describe(One(Record(kind, Fields[kind]))),
            Describe(One(Record(kind, [.. Fields[kind], Text("new"), new MsgPackNode.Sequence([Nil])]))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Record_WithTooFewFields_IsRefused(HostRecordKind kind)
    {
        var fields = Fields[kind];
        for (var length = 0; length < fields.Length; length++)
        {
            // The missing fields follow the array, where they do not belong.
            byte[] body = [.. Record(kind, fields[..length]).Encode(), .. fields[length..].SelectMany(field => field.Encode())];
            Assert.Contains($"{kind}", Refusal(Frame(body)), StringComparison.Ordinal);
            Assert.Contains($"{kind}", Refusal(Frame(Record(kind, fields[..length]))), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Record_WithAnyFieldOfAnotherType_IsRefused(HostRecordKind kind)
    {
        var fields = Fields[kind];
        for (var at = 0; at < fields.Length; at++)
            Refusal(Frame(Record(kind, [.. fields[..at], new MsgPackNode.Real(0), .. fields[(at + 1)..]])));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Record_WithANegativeNumber_IsRefusedExceptForAStatus(HostRecordKind kind)
    {
        var fields = Fields[kind];
        for (var at = 0; at < fields.Length; at++)
        {
            if (fields[at] is MsgPackNode.Whole && !(kind == HostRecordKind.Exited && at == 2))
                Refusal(Frame(Record(kind, [.. fields[..at], Whole(-1), .. fields[(at + 1)..]])));
        }
    }

    [Theory]
    [InlineData(HostRecordKind.Fork)]
    [InlineData(HostRecordKind.Function)]
    [InlineData(HostRecordKind.Call)]
    [InlineData((HostRecordKind)0)]
    [InlineData(HostRecordKind.Upload)]
    [InlineData((HostRecordKind)9)]
    public void Record_OfAKindThatHostsDoNotSend_IsRefused(HostRecordKind kind) =>
        Assert.Contains(
            $"host record kind {(int)kind} is not known here",
            Refusal(Frame(Record(kind, Whole(1), Whole(1), Whole(1), Nil, Nil))),
            StringComparison.Ordinal);

    [Fact]
    public void Record_OfAnUnknownMember_IsRefused()
    {
        var hello = Record(HostRecordKind.Hello, [Text("driver"), .. Hello[1..]]);
        Assert.Contains("role 'driver' is not known", Refusal(Frame(hello)), StringComparison.Ordinal);
        var failed = Record(HostRecordKind.Failed, [.. Failed[..2], Whole(7), .. Failed[3..]]);
        Assert.Contains("failure kind 7 is not known", Refusal(Frame(failed)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("80")]
    [InlineData("05")]
    [InlineData("91c0")]
    [InlineData("91cf00000001ffffffff")]
    [InlineData("ddffffffff")]
    public void Bytes_ThatAreNoRecord_AreRefused(string hex) => Refusal(Frame(Convert.FromHexString(hex)));

    [Fact]
    public void Record_WithBytesAfterItsArray_IsRefused() =>
        Refusal(Frame([.. Record(HostRecordKind.Exited, Exited).Encode(), 0xc0]));

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0x40 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    public void Length_OverTheLimit_IsRefusedBeforeItsBytesCome(byte[] prefix) =>
        Assert.Contains("over the limit of 1073741824", Refusal(prefix), StringComparison.Ordinal);

    [Fact]
    public void Length_AtTheLimit_WaitsForItsBytes()
    {
        var reader = new HostReader();
        Assert.Empty(reader.Feed([0, 0, 0, 0x40]));
        // Room grows with what has come, not with what was announced.
        Assert.InRange(reader.Space().Length, 1, 1 << 20);
    }

    [Fact]
    public void Space_AfterALargeRecord_TakesTheNext()
    {
        var reader = new HostReader();
        var large = Frame(Record(HostRecordKind.Returned, Whole(1), Whole(1), Whole(1_000_000), Bin(new byte[1_000_000]), Nil));
        var small = Frame(Record(HostRecordKind.Exited, Exited));
        var records = reader.Feed((byte[])[.. small, .. large, .. small, .. large, .. small]);
        Assert.Equal(5, records.Count);
        Assert.Equal([1_000_000, 1_000_000], records.OfType<HostReturned>().Select(record => record.Value!.Value.Length));
    }

    private static HostRecord One(MsgPackNode record) => Assert.Single(new HostReader().Feed(Frame(record)));

    private static string Refusal(byte[] bytes) => Assert.Throws<ProtocolException>(() => { new HostReader().Feed(bytes); }).Message;
}
