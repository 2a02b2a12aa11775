using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow.Tests.Ipc;

public class ArrowFileReaderTests
{
    private static readonly Schema Schema = new([new Field("x", ArrowType.Int32)]);
    private static readonly byte[] Batch =
        HandMade.Message(MessageKind.RecordBatch, HandMade.Batch(2, [(2, 0)], [(0, 0), (0, 8)]), HandMade.Ints(3, 4));

    [Fact]
    public void Batches_OfAFile_AreReadInAnyOrder()
    {
        RecordBatch[] batches = [.. Enumerable.Range(0, 5).Select(i => new RecordBatch(Schema, 1, [new[] { i }]))];
        var reader = new ArrowFileReader(new ArrowTable(Schema, batches).ToFile());
        Assert.Equal(5, reader.BatchCount);
        Assert.Equal(["4"], ArrowText.Rows(reader.ReadBatch(4)["x"]));
        Assert.Equal(["1"], ArrowText.Rows(reader.ReadBatch(1)["x"]));
    }

    [Fact]
    public void File_PutTogetherByHand_IsRead() => Assert.Equal(["3", "4"], ArrowText.Rows(ArrowTable.ReadFile(File(Good)).Column("x")[0]));

    [Fact]
    public void Blocks_LyingOverEachOther_AreRefused() =>
        Assert.Contains("over each other", Refusal(File(Good, Good, Good)), StringComparison.Ordinal);

    [Fact]
    public void Block_OutsideOfTheFile_IsRefused()
    {
        Refusal(File((-8, Good.Metadata, Good.Body)));
        Refusal(File((long.MaxValue, Good.Metadata, Good.Body)));
        Refusal(File((8, -1, Good.Body)));
        Refusal(File((8, int.MaxValue, long.MaxValue)));
        Refusal(File((8, Good.Metadata, -8)));
    }

    [Fact]
    public void Block_NotOfItsMessage_IsRefused()
    {
        Assert.Contains("there is none", Refusal(File((8, Good.Metadata + 8, Good.Body))), StringComparison.Ordinal);
        Assert.Contains("a DictionaryBatch at 8", Refusal(Join([Good], [])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ARROW1")]
    [InlineData("ARROW1\0\0ARROW1")]
    [InlineData("ARROW1\0\0\0\0\0\0ARROW1")]
    [InlineData("ARROW1\0\0\x1\0\0\0ARROW1")]
    [InlineData("ARROW1\0\0\x7f\x7f\x7f\x7f" + "ARROW1")]
    public void File_WithoutAFooter_IsRefused(string text) => Refusal([.. text.Select(letter => (byte)letter)]);

    [Fact]
    public void Dictionary_InPlaceOfAnother_IsRefused()
    {
        var field = new Field("x", new DictionaryType(ArrowType.Int8, ArrowType.Int8));
        byte[] message = HandMade.Message(
            MessageKind.DictionaryBatch,
            new FlatTableNode().Int64(0, 0).Child(Slots.DictionaryBatchData, HandMade.Batch(1, [(1, 0)], [(0, 0), (0, 1)])),
            new byte[8]);
        (long, int, long)[] blocks = [(8, message.Length - 8, 8), (8 + message.Length, message.Length - 8, 8)];
        byte[] file = Join(blocks, [], new Schema([field]), [.. message, .. message]);
        Assert.Contains("replace the other", Refusal(file), StringComparison.Ordinal);
    }

    private static (long Offset, int Metadata, long Body) Good => (8, Batch.Length - 8, 8);

    private static byte[] File(params (long, int, long)[] batches) => Join([], batches);

    private static string Refusal(byte[] file) => Assert.Throws<ArrowFormatException>(() => ArrowTable.ReadFile(file)).Message;

    private static byte[] Join(
        (long, int, long)[] dictionaries, (long, int, long)[] batches, Schema? schema = null, byte[]? messages = null)
    {
        byte[] footer = FlatBuilder.Build(new FlatTableNode()
            .Int16(Slots.FooterVersion, (int)MetadataVersion.V5)
            .Child(Slots.FooterSchema, SchemaEncoder.Encode(schema ?? Schema))
            .Child(Slots.FooterDictionaries, Blocks(dictionaries))
            .Child(Slots.FooterBatches, Blocks(batches)));
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. "ARROW1\0\0"u8, .. messages ?? Batch, .. footer, .. length, .. "ARROW1"u8];
    }

    private static FlatNode Blocks((long Offset, int Metadata, long Body)[] blocks)
    {
        byte[] bytes = new byte[24 * blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24 * i), blocks[i].Offset);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan((24 * i) + 8), blocks[i].Metadata);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((24 * i) + 16), blocks[i].Body);
        }
        return FlatNode.Vector(bytes, 24, 8);
    }
}
