using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow.Tests.Ipc;

public class ArrowStreamReaderTests
{
    private static readonly byte[] Schema = HandMade.Schema(new Field("x", ArrowType.Int32));
    private static readonly byte[] Batch =
        HandMade.Message(MessageKind.RecordBatch, HandMade.Batch(2, [(2, 0)], [(0, 0), (0, 8)]), HandMade.Ints(3, 4));

    [Fact]
    public void Stream_WithoutEndMark_EndsWithItsBytes()
    {
        var reader = new ArrowStreamReader((byte[])[.. Schema, .. Batch]);
        Assert.Equal(["3", "4"], ArrowText.Rows(reader.ReadBatch()!["x"]));
        Assert.Null(reader.ReadBatch());
        Assert.False(reader.HasEnded);
    }

    [Fact]
    public void Stream_BeforeOtherBytes_EndsAtItsMark()
    {
        var reader = new ArrowStreamReader((byte[])[.. Schema, .. Batch, .. HandMade.EndMark, 1, 2, 3]);
        Assert.NotNull(reader.ReadBatch());
        Assert.Null(reader.ReadBatch());
        Assert.Null(reader.ReadBatch());
        Assert.True(reader.HasEnded);
        Assert.Equal(Schema.Length + Batch.Length + 8, reader.Consumed);
    }

    [Fact]
    public void Stream_OfBeforeArrow0_15_IsRead()
    {
        const int Version = (int)MetadataVersion.V4;
        FlatTableNode columns = SchemaEncoder.Encode(new Schema([new Field("x", ArrowType.Int32)]));
        FlatTableNode rows = HandMade.Batch(2, [(2, 0)], [(0, 0), (0, 8)]);
        byte[] schema = HandMade.Message(MessageKind.Schema, columns, null, Version, isLegacy: true);
        byte[] batch = HandMade.Message(MessageKind.RecordBatch, rows, HandMade.Ints(3, 4), Version, isLegacy: true);
        var reader = new ArrowStreamReader((byte[])[.. schema, .. batch, 0, 0, 0, 0]);
        Assert.Equal(["3", "4"], ArrowText.Rows(reader.ReadBatch()!["x"]));
        Assert.Null(reader.ReadBatch());
        Assert.True(reader.HasEnded);
    }

    [Fact]
    public void Stream_NotBeginningWithASchema_IsRefused()
    {
        HandMade.Refuse("begin with a schema", []);
        HandMade.Refuse("begin with a schema", Batch);
        HandMade.Refuse("begin with a schema", HandMade.EndMark);
        HandMade.Refuse("second schema", [.. Schema, .. Schema]);
    }

    [Fact]
    public void Stream_CutWithinAMessage_IsRefused()
    {
        byte[] whole = [.. Schema, .. Batch];
        for (int length = 1; length < whole.Length; length++)
        {
            if (length != Schema.Length)
                HandMade.Refusal(whole[..length]);
        }
    }

    [Theory]
    [InlineData(4, "Tensor")]
    [InlineData(5, "SparseTensor")]
    [InlineData(9, "9")]
    public void Message_OfAnotherKind_IsRefusedByName(byte kind, string name) =>
        HandMade.Refuse(name, [.. Schema, .. HandMade.Message((MessageKind)kind, new FlatTableNode())]);

    [Theory]
    [InlineData(2, "V3")]
    [InlineData(5, "V6")]
    public void Metadata_OfAnotherVersion_IsRefusedByName(int version, string name) =>
        HandMade.Refuse(name, HandMade.Message(MessageKind.Schema, new FlatTableNode(), null, version));

    [Fact]
    public void Dictionary_NeverSent_HasOnlyNulls()
    {
        var field = new Field("x", new DictionaryType(ArrowType.Int8, ArrowType.Utf8));
        byte[] Stream(byte validity) =>
        [
            .. HandMade.Schema(field),
            .. HandMade.Message(MessageKind.RecordBatch, HandMade.Batch(1, [(1, 1)], [(0, 1), (8, 1)]), [validity, .. new byte[15]]),
        ];
        Assert.Equal(["null"], ArrowText.Rows(ArrowTable.ReadStream(Stream(0)).Column("x")[0]));
        HandMade.Refuse("outside of its 0 values", Stream(1));
    }

    [Fact]
    public void Dictionary_OfNoField_IsRefused()
    {
        FlatTableNode header = new FlatTableNode().Int64(Slots.DictionaryBatchId, 9);
        HandMade.Refuse("Dictionary 9 belongs to no field", [.. Schema, .. HandMade.Message(MessageKind.DictionaryBatch, header)]);
    }
}
