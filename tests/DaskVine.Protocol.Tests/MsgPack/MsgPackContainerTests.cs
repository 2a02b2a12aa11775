using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackContainerTests
{
    [Theory]
    [InlineData(0, "90")]
    [InlineData(15, "9f")]
    [InlineData(16, "dc0010")]
    [InlineData(65535, "dcffff")]
    [InlineData(65536, "dd00010000")]
    public void Array_AtEachBoundary_TakesSmallestEncoding(int count, string head)
    {
        Assert.Equal(Convert.FromHexString(head), MsgPackReads.Write(writer => writer.WriteArrayHeader(count)));
        byte[] whole = MsgPackReads.Bytes(head, count, 0xc0);
        var reader = new MsgPackReader(whole);
        Assert.Equal(count, reader.ReadArrayHeader());
        Assert.Equal(count, reader.Remaining);
        MsgPackReads.ReadWhole(whole, MsgPackReads.Skip);
        MsgPackReads.Refuse(whole, MsgPackReads.Map);
    }

    [Theory]
    [InlineData(0, "80")]
    [InlineData(15, "8f")]
    [InlineData(16, "de0010")]
    [InlineData(65535, "deffff")]
    [InlineData(65536, "df00010000")]
    public void Map_AtEachBoundary_TakesSmallestEncoding(int count, string head)
    {
        Assert.Equal(Convert.FromHexString(head), MsgPackReads.Write(writer => writer.WriteMapHeader(count)));
        byte[] whole = MsgPackReads.Bytes(head, 2 * count, 0xc0);
        var reader = new MsgPackReader(whole);
        Assert.Equal(count, reader.ReadMapHeader());
        Assert.Equal(2 * count, reader.Remaining);
        MsgPackReads.ReadWhole(whole, MsgPackReads.Skip);
        MsgPackReads.Refuse(whole, MsgPackReads.Array);
    }

    [Theory]
    [InlineData("92", 1)]
    [InlineData("dc", 1)]
    [InlineData("dc0002", 1)]
    [InlineData("dd000000", 0)]
    [InlineData("dd00ffffff", 100)]
    [InlineData("ddffffffff", 100)]
    public void Array_OfMoreThanTheBytesHold_IsRefused(string head, int padding)
    {
        MsgPackReads.Refuse(MsgPackReads.Bytes(head, padding), MsgPackReads.Array);
        MsgPackReads.Refuse(MsgPackReads.Bytes(head, padding), MsgPackReads.Skip);
    }

    [Theory]
    [InlineData("81", 1)]
    [InlineData("82", 3)]
    [InlineData("de0002", 3)]
    [InlineData("df00000002", 3)]
    [InlineData("df00ffffff", 100)]
    [InlineData("df80000000", 100)]
    [InlineData("dfffffffff", 100)]
    public void Map_OfMoreThanTheBytesHold_IsRefused(string head, int padding)
    {
        MsgPackReads.Refuse(MsgPackReads.Bytes(head, padding), MsgPackReads.Map);
        MsgPackReads.Refuse(MsgPackReads.Bytes(head, padding), MsgPackReads.Skip);
    }

    [Fact]
    public void Container_OverTheCountLimit_IsRefused()
    {
        MsgPackLimits limits = MsgPackLimits.Default with { MaxCount = 2 };
        MsgPackException refusal = MsgPackReads.Refuse(MsgPackReads.Bytes("93", 3), MsgPackReads.Array, limits);
        Assert.Equal("a count of 3, over the limit of 2", refusal.Found);
        MsgPackReads.Refuse(MsgPackReads.Bytes("83", 6), MsgPackReads.Map, limits);
        Assert.Equal(2, new MsgPackReader(MsgPackReads.Bytes("82", 4), limits).ReadMapHeader());
    }

    [Theory]
    [InlineData(32)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Skip_AtTheDepthLimit_PassesAndOneDeeperIsRefused(int depth)
    {
        MsgPackLimits limits = MsgPackLimits.Default with { MaxDepth = depth };
        foreach (string head in new[] { "91", "81c0" })
        {
            var reader = new MsgPackReader(Nested(head, depth), limits);
            reader.Skip();
            Assert.True(reader.End);
            MsgPackException refusal = MsgPackReads.Refuse(Nested(head, depth + 1), MsgPackReads.Skip, limits);
            Assert.Equal($"nesting deeper than {depth}", refusal.Found);
        }
    }

    [Fact]
    public void Skip_OfEmptyContainerTooDeep_IsRefused() =>
        MsgPackReads.Refuse([0x91, 0x90], MsgPackReads.Skip, MsgPackLimits.Default with { MaxDepth = 1 });

    [Fact]
    public void Skip_OfHostileNesting_IsRefused() =>
        MsgPackReads.Refuse(MsgPackReads.Bytes("", 1_000_000, 0x91), MsgPackReads.Skip);

    [Fact]
    public void Skip_WithUnboundedDepth_NeedsOnlyWhatTheBytesHold()
    {
        var reader = new MsgPackReader(Nested("91", 1000), MsgPackLimits.Default with { MaxDepth = int.MaxValue });
        reader.Skip();
        Assert.True(reader.End);
    }

    [Fact]
    public void Skip_OverOneValue_StopsAtTheNext()
    {
        var reader = new MsgPackReader(Convert.FromHexString("9392010280a16b2a"));
        reader.Skip();
        Assert.Equal(42, reader.ReadInt32());
        Assert.True(reader.End);
    }

    [Fact]
    public void Skip_OfWideSiblings_CountsNoDepth()
    {
        var reader = new MsgPackReader(MsgPackReads.Bytes("dc0064", 100, 0x90), MsgPackLimits.Default with { MaxDepth = 2 });
        reader.Skip();
        Assert.True(reader.End);
    }

    [Fact]
    public void WriteHeader_OfNegativeCount_Throws()
    {
        var writer = new MsgPackWriter();
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.WriteArrayHeader(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.WriteMapHeader(-1));
        Assert.Equal(0, writer.Length);
    }

    private static byte[] Nested(string head, int depth)
    {
        byte[] one = Convert.FromHexString(head);
        return [.. Enumerable.Repeat(one, depth).SelectMany(part => part), 0xc0];
    }
}
