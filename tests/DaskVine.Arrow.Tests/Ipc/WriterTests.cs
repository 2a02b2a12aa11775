using System.Buffers;
using System.Runtime.InteropServices;
using DaskVine.Arrow.Tests.Properties;

namespace DaskVine.Arrow.Tests.Ipc;

public class WriterTests
{
    [Fact]
    public void Pieces_OfLargeColumns_AreTheCallersMemory()
    {
        double[] values = [.. Enumerable.Range(0, 10_000).Select(i => i / 3.0)];
        List<ReadOnlyMemory<byte>> pieces = [.. ArrowTable.Of(("x", values)).StreamPieces()];
        Assert.Contains(pieces, piece => piece.Length == 80_000 && piece.Span.Overlaps(MemoryMarshal.AsBytes(values.AsSpan())));
        Assert.Equal(3, pieces.Count);
    }

    [Fact]
    public void Column_Read_IsAViewOverTheStream()
    {
        byte[] stream = ArrowTable.Of(("x", new double[] { 1, 2, 3 })).ToStream();
        var read = (PrimitiveArray<double>)ArrowTable.ReadStream(stream).Column("x")[0];
        Assert.Equal(0, Memory.Offset(stream, MemoryMarshal.AsBytes(read.Values)) % 64);
        Assert.Equal([1.0, 2.0, 3.0], read.Memory.ToArray());
        Assert.True(read.Memory.Span.Overlaps(read.Values));
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(64, 0)]
    [InlineData(64, 5)]
    [InlineData(4096, 12)]
    public void Buffers_AfterOtherBytes_AreAlignedWithThem(int alignment, int start)
    {
        ArrowTable table = ArrowTable.Of(("x", new double[] { 1, 2, 3 }), ("y", new string?[] { "a long enough text", null, "b" }));
        byte[] stream = table.ToStream(new ArrowWriteOptions { Alignment = alignment, Start = start });
        byte[] whole = [.. new byte[start], .. stream];
        RecordBatch batch = new ArrowStreamReader(whole.AsMemory(start)).ReadBatch()!;
        Assert.All(batch.Columns, column => Memory.ExpectAligned(whole, column, alignment));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(48)]
    public void Alignment_ThatIsNoPowerOfTwo_IsRefused(int alignment) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArrowWriteOptions { Alignment = alignment });

    [Fact]
    public void Writers_OfEveryForm_GiveTheSameBytes()
    {
        ArrowTable table = RandomTables.Make(5);
        var stream = new ArrayBufferWriter<byte>();
        table.WriteStream(stream);
        Assert.Equal(table.ToStream(), stream.WrittenSpan.ToArray());
        var single = new ArrowTable(table.Schema, [.. table.Batches.Take(1)]);
        var file = new ArrayBufferWriter<byte>();
        single.WriteFile(file);
        Assert.Equal(single.ToFile(), file.WrittenSpan.ToArray());
        Assert.True(ArrowFileReader.IsFile(file.WrittenSpan));
        Assert.False(ArrowFileReader.IsFile(stream.WrittenSpan));
    }

    [Fact]
    public void Slice_OfLists_IsWrittenWithItsItemsAlone()
    {
        ArrowArray lists = ArrowArray.Lists(Enumerable.Range(0, 1000).ToArray(), new[] { 0, 400, 403, 1000 });
        byte[] stream = ArrowTable.Of(("x", lists.Slice(1, 1))).ToStream();
        var read = (ListArray)ArrowTable.ReadStream(stream).Column("x")[0];
        Assert.Equal([0, 3], read.Offsets.ToArray());
        Assert.Equal(["[400,401,402]"], ArrowText.Rows(read));
        Assert.Equal(3, read.Values.Length);
    }

    [Fact]
    public void File_OfADictionaryThatChanges_IsRefusedWithAWayOut()
    {
        ArrowArray first = ArrowArray.Dictionary(new[] { 0 }, new[] { "a" });
        ArrowArray second = ArrowArray.Dictionary(new[] { 0 }, new[] { "b" });
        var schema = new Schema([new Field("d", first.Type)]);
        var table = new ArrowTable(schema, [new RecordBatch(schema, 1, [first]), new RecordBatch(schema, 1, [second])]);
        Assert.Contains("write a stream", Assert.Throws<InvalidOperationException>(() => table.ToFile()).Message, StringComparison.Ordinal);
        Assert.Equal(["s61", "s62"], ArrowTable.ReadStream(table.ToStream()).Column("d").SelectMany(ArrowText.Rows));
        byte[] combined = ArrowTable.Of(("d", table.Combined("d"))).ToFile();
        Assert.Equal(["s61", "s62"], ArrowText.Rows(ArrowTable.ReadFile(combined).Column("d")[0]));
    }

    [Fact]
    public void Dictionary_OfEqualValues_IsWrittenOnce()
    {
        ArrowArray Column() => ArrowArray.Dictionary(new[] { 0, 1 }, new[] { new string('a', 10_000), "b" });
        var schema = new Schema([new Field("d", Column().Type)]);
        RecordBatch[] batches = [.. Enumerable.Range(0, 10).Select(_ => new RecordBatch(schema, 2, [Column()]))];
        byte[] stream = new ArrowTable(schema, batches).ToStream();
        Assert.InRange(stream.Length, 10_000, 20_000);
        ArrowArray[] read = [.. ArrowTable.ReadStream(stream).Column("d")];
        Assert.Equal(10, read.Length);
        Assert.Same(((DictionaryArray)read[0]).Values, ((DictionaryArray)read[9]).Values);
    }

    [Fact]
    public void Dictionary_ThatGrew_IsSeenWholeByEarlierBatches()
    {
        ArrowArray first = ArrowArray.Dictionary(new[] { 1 }, new[] { "a", "b" });
        ArrowArray second = ArrowArray.Dictionary(new[] { 2 }, new[] { "a", "b", "c" });
        var schema = new Schema([new Field("d", first.Type)]);
        var table = new ArrowTable(schema, [new RecordBatch(schema, 1, [first]), new RecordBatch(schema, 1, [second])]);
        ArrowTable read = ArrowTable.ReadFile(table.ToFile());
        Assert.Equal(["s61", "s62", "s63"], ArrowText.Rows(((DictionaryArray)read.Column("d")[0]).Values));
        Assert.Equal(["s62", "s63"], ArrowText.Rows(read.Combined("d")));
    }

    [Fact]
    public void Batch_OfAnotherSchema_IsRefused()
    {
        RecordBatch batch = ArrowTable.Of(("x", new[] { 1 })).Batches[0];
        var other = new Schema([new Field("y", ArrowType.Int32)]);
        Assert.Throws<ArgumentException>(() => new ArrowStreamWriter(other).Write(batch));
        Assert.Throws<ArgumentException>(() => new ArrowFileWriter(other).Write(batch));
        Assert.Throws<ArgumentException>(() => new ArrowTable(other, [batch]));
        Assert.Throws<ArgumentException>(() => new RecordBatch(other, 2, batch.Columns));
        Assert.Throws<ArgumentException>(() => new RecordBatch(new Schema([new Field("x", ArrowType.Int64)]), 1, batch.Columns));
    }
}
