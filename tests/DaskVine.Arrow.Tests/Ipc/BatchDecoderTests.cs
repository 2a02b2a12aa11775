using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow.Tests.Ipc;

public class BatchDecoderTests
{
    private static readonly byte[] Body = new byte[64];

    [Theory]
    [InlineData(0, "LZ4_FRAME")]
    [InlineData(1, "ZSTD")]
    public void Buffers_Compressed_AreRefusedByName(byte codec, string name)
    {
        FlatTableNode batch = HandMade.Batch(1, [(1, 0)], [(0, 0), (0, 4)])
            .Child(Slots.BatchCompression, new FlatTableNode().Byte(0, codec));
        byte[] stream = [.. HandMade.Schema(new Field("x", ArrowType.Int32)), .. HandMade.Message(MessageKind.RecordBatch, batch, Body)];
        HandMade.Refuse(name, stream);
    }

    [Theory]
    [InlineData(0, 65)]
    [InlineData(-1, 4)]
    [InlineData(4, -4)]
    [InlineData(long.MaxValue, 4)]
    [InlineData(0, long.MaxValue)]
    public void Buffer_OutsideOfTheBody_IsRefused(long offset, long length) =>
        HandMade.Refuse("outside", Ints(1, (1, 0), (offset, length)));

    [Fact]
    public void Buffers_LyingOverEachOther_AreRefused()
    {
        var type = new StructType([new Field("a", ArrowType.Int8), new Field("b", ArrowType.Int8)]);
        byte[] stream = HandMade.Stream(type, 64, [(64, 0), (64, 0), (64, 0)], [(0, 0), (0, 0), (0, 64), (0, 0), (0, 64)], Body);
        HandMade.Refuse("over each other", stream);
    }

    [Theory]
    [InlineData(17, 0)]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(4, 5)]
    [InlineData(4, 1)]
    public void Node_ThatCannotBe_IsRefused(long length, long nulls) => HandMade.Refusal(Ints(length, (length, nulls), (0, 64)));

    [Fact]
    public void Nulls_OfAnUnknownCount_AreFoundInTheBitmap()
    {
        byte[] body = [0b1010, .. new byte[63]];
        byte[] stream = HandMade.Stream(ArrowType.Int32, 4, [(4, -1)], [(0, 1), (8, 16)], body);
        Assert.Equal(["null", "0", "null", "0"], ArrowText.Rows(ArrowTable.ReadStream(stream).Column("x")[0]));
        stream = HandMade.Stream(ArrowType.Int32, 4, [(4, -1)], [(0, 0), (8, 16)], body);
        Assert.Equal(0, ArrowTable.ReadStream(stream).Column("x")[0].NullCount);
    }

    [Fact]
    public void Columns_OfAnotherLengthThanTheBatch_AreRefused() =>
        HandMade.Refuse("3 rows", Ints(3, (4, 0), (0, 16)));

    [Fact]
    public void Batch_WithTooFewNodesOrBuffers_IsRefused()
    {
        HandMade.Refuse("no node", HandMade.Stream(ArrowType.Int32, 1, [], [(0, 0), (0, 4)], Body));
        HandMade.Refuse("fewer buffers", HandMade.Stream(ArrowType.Int32, 1, [(1, 0)], [(0, 0)], Body));
    }

    [Theory]
    [InlineData(1, 0, 4)]
    [InlineData(0, 5, 4)]
    [InlineData(-1, 2, 4)]
    [InlineData(0, 2, 9)]
    public void Offsets_ThatDoNotClimbWithinTheirBytes_AreRefused(int first, int second, int third)
    {
        byte[] body = [.. HandMade.Ints(first, second, third), .. new byte[20]];
        byte[] stream = HandMade.Stream(ArrowType.Utf8, 2, [(2, 0)], [(0, 0), (0, 12), (16, 8)], body);
        HandMade.Refuse("climb", stream);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Offsets_OfNoValues_MayBeAbsent(long offsetBytes)
    {
        byte[] text = HandMade.Stream(ArrowType.Utf8, 0, [(0, 0)], [(0, 0), (0, offsetBytes), (0, 0)], Body);
        var strings = Assert.IsType<StringArray>(ArrowTable.ReadStream(text).Column("x")[0]);
        Assert.Equal([0], strings.Offsets.ToArray());
        byte[] lists = HandMade.Stream(new ListType(ArrowType.Int8), 0, [(0, 0), (0, 0)], [(0, 0), (0, offsetBytes), (0, 0), (0, 0)], Body);
        Assert.Equal(0, ArrowTable.ReadStream(lists).Column("x")[0].Length);
    }

    [Fact]
    public void Text_OutOfUtf8_IsRefusedWhenItIsRead()
    {
        byte[] body = [.. HandMade.Ints(0, 1, 3), 0, 0, 0, 0, (byte)'a', 0xc3, (byte)'b', .. new byte[13]];
        byte[] stream = HandMade.Stream(ArrowType.Utf8, 2, [(2, 0)], [(0, 0), (0, 12), (16, 3)], body);
        var strings = (StringArray)ArrowTable.ReadStream(stream).Column("x")[0];
        Assert.Equal("a", strings[0]);
        Assert.Throws<ArrowFormatException>(() => strings[1]);
    }

    [Theory]
    [InlineData(3, 0, "type id of 3")]
    [InlineData(-1, 0, "type id of -1")]
    [InlineData(5, 2, "offset of 2")]
    [InlineData(5, -1, "offset of -1")]
    public void Union_PointingNowhere_IsRefused(int id, int offset, string told)
    {
        var type = new UnionType(UnionMode.Dense, [new Field("a", ArrowType.Int8)], [5]);
        byte[] body = [(byte)id, 0, 0, 0, .. HandMade.Ints(offset), 1, 2, .. new byte[6]];
        byte[] stream = HandMade.Stream(type, 1, [(1, 0), (2, 0)], [(0, 1), (4, 4), (0, 0), (8, 2)], body);
        HandMade.Refuse(told, stream);
    }

    [Fact]
    public void Union_OfVersion4_MayHaveAnUnusedBitmap()
    {
        var type = new UnionType(UnionMode.Sparse, [new Field("a", ArrowType.Int8)], [5]);
        byte[] body = [0xff, 0, 0, 0, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0];
        byte[] Stream(long nulls) =>
        [
            .. HandMade.Schema(new Field("x", type)),
            .. HandMade.Message(
                MessageKind.RecordBatch,
                HandMade.Batch(2, [(2, nulls), (2, 0)], [(0, 1), (8, 2), (0, 0), (16, 2)]),
                body,
                (int)MetadataVersion.V4),
        ];
        Assert.Equal(["5:1", "5:2"], ArrowText.Rows(ArrowTable.ReadStream(Stream(0)).Column("x")[0]));
        HandMade.Refuse("before Arrow 1.0", Stream(1));
    }

    [Fact]
    public void Children_ShorterThanTheirParent_AreRefused()
    {
        var rows = new StructType([new Field("a", ArrowType.Int8)]);
        HandMade.Refusal(HandMade.Stream(rows, 4, [(4, 0), (3, 0)], [(0, 0), (0, 0), (0, 3)], Body));
        var lists = new FixedSizeListType(ArrowType.Int8, int.MaxValue);
        HandMade.Refusal(HandMade.Stream(lists, 4, [(4, 0), (3, 0)], [(0, 0), (0, 0), (0, 3)], Body));
        byte[] longer = HandMade.Stream(rows, 2, [(2, 0), (3, 0)], [(0, 0), (0, 0), (0, 3)], Body);
        Assert.Equal(2, ArrowTable.ReadStream(longer).Column("x")[0].Children[0].Length);
    }

    private static byte[] Ints(long length, (long, long) node, (long, long) buffer) =>
        HandMade.Stream(ArrowType.Int32, length, [node], [(0, 0), buffer], Body);
}
