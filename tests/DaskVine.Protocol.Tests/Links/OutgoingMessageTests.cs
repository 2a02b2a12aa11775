using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;
using DaskVine.Protocol.Tests.Records;
using static DaskVine.Protocol.Tests.Records.WireMessage;

namespace DaskVine.Protocol.Tests.Links;

public class OutgoingMessageTests
{
    private static readonly MsgPackNode Beat = List(Whole((int)RecordKind.Heartbeat), Whole(0));

    private static readonly Dictionary<string, MsgPackNode[]> Broken = new()
    {
        ["no fields"] = [],
        ["no records"] = [Whole(7), Whole(1), Whole(0), Whole(1000)],
        ["negative epoch"] = [Whole(-7), Whole(1), Whole(0), Whole(1000), List(Beat)],
        ["negative seq"] = [Whole(7), Whole(-1), Whole(0), Whole(1000), List(Beat)],
        ["negative ack"] = [Whole(7), Whole(1), Whole(-1), Whole(1000), List(Beat)],
        ["negative credit"] = [Whole(7), Whole(1), Whole(0), Whole(-1), List(Beat)],
        ["epoch as text"] = [Text("7"), Whole(1), Whole(0), Whole(1000), List(Beat)],
        ["nil for records"] = [Whole(7), Whole(1), Whole(0), Whole(1000), new MsgPackNode.Nil()],
    };

    public static TheoryData<string> NotHeaders => [.. Broken.Keys];

    [Fact]
    public void Header_OfExtremeNumbers_IsReadAsWritten()
    {
        var stamp = new LinkHeader(ulong.MaxValue, 1UL << 63, 1, 0);
        Assert.Equal(stamp, WireMessage.Of(stamp).Read().Header);
        Assert.Empty(WireMessage.Of(stamp).Read().Records);
        Assert.Equal(
            ["18446744073709551615", "9223372036854775808", "1", "0", "[]"],
            WireMessage.Of(stamp).Fields().Select(field => field.ToString()));
    }

    [Fact]
    public void Message_OfAllExamples_KeepsTheirOrder()
    {
        var read = WireMessage.Of([.. RecordExamples.All]).Read();
        Assert.Equal(RecordJson.TextOf(RecordExamples.All), RecordJson.TextOf(read.Records));
    }

    [Fact]
    public void Count_IsThatOfItsRecords()
    {
        var message = OutgoingMessage.Of(new Heartbeat(), new Rehello("gap"));
        Assert.Equal((2, 0L), (message.Count, message.LastRecord));
        Assert.Equal(message.Records.Length, message.Bytes);
    }

    [Fact]
    public void Header_WithFieldsOfANewerPeer_IsReadAndTheyAreSkipped()
    {
        var header = HeaderOf(Whole(7), Whole(1), Whole(2), Whole(3), List(Beat), Text("new"), List(Whole(1)));
        var read = new WireMessage(header, []).Read();
        Assert.Equal(new LinkHeader(7, 1, 2, 3), read.Header);
        Assert.Equal([new Heartbeat()], read.Records);
    }

    [Theory]
    [MemberData(nameof(NotHeaders))]
    public void Header_OfOtherFields_IsRefused(string what) =>
        Assert.Matches("header|array of", new WireMessage(HeaderOf(Broken[what]), []).Refusal());

    [Theory]
    [InlineData("")]
    [InlineData("c1")]
    [InlineData("80")]
    [InlineData("ddffffffff")]
    public void Header_ThatIsNoArray_IsRefusedAsMalformed(string hex) =>
        Assert.StartsWith("the header is malformed", new WireMessage(Convert.FromHexString(hex), []).Refusal(), StringComparison.Ordinal);

    [Fact]
    public void Header_WithBytesAfterIt_IsRefused()
    {
        var header = WireMessage.Of(new Heartbeat()).Header;
        Assert.Equal("bytes after the end of the header", new WireMessage([.. header, 0xc0], []).Refusal());
    }

    [Fact]
    public void Header_OfMoreRecordsThanItsBytesHold_IsRefused()
    {
        var header = Convert.FromHexString("9507010000dd00ffffff9105");
        Assert.StartsWith("the header is malformed", new WireMessage(header, []).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Payloads_ThatWereRead_AreSlicesOfTheMessage()
    {
        var frame = new byte[] { 1, 2, 3 };
        var message = OfTrees(List(Whole((int)RecordKind.Chunk), Whole(1), Whole(3), Whole(0), Whole(0))) with { Frames = [frame] };
        var data = Assert.IsType<Chunk>(Assert.Single(message.Read().Records)).Data;
        frame[0] = 9;
        Assert.Equal([9, 2, 3], data.ToArray());
    }
}
