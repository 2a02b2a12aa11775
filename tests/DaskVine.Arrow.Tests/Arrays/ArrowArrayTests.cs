using System.Text;

namespace DaskVine.Arrow.Tests.Arrays;

public class ArrowArrayTests
{
    [Fact]
    public void Numbers_FromMemory_AreViewsOverIt()
    {
        long[] values = [1, 2, 3, 4];
        PrimitiveArray<long> array = ArrowArray.From<long>(values);
        Assert.Equal(ArrowType.Int64, array.Type);
        Assert.True(array.Values.Overlaps(values));
        Assert.True(array.Memory.Span.Overlaps(values));
        PrimitiveArray<long> again = ArrowArray.From(((PrimitiveArray<long>)array.Slice(1, 2)).Memory);
        Assert.Equal([2L, 3L], again.Values.ToArray());
        Assert.True(again.Values.Overlaps(values));
    }

    [Fact]
    public void Numbers_OrNulls_AreToldApart()
    {
        PrimitiveArray<int> array = ArrowArray.From<int>([1, null, 3]);
        Assert.Equal(1, array.NullCount);
        Assert.Equal([1, null, 3], Enumerable.Range(0, 3).Select(i => array[i]));
        Assert.Equal(0, array.Slice(2, 1).NullCount);
        Assert.Equal(1, array.Slice(1, 2).NullCount);
        Assert.True(ArrowArray.From(new int?[] { 1, 2 }).Validity.IsEmpty);
    }

    [Fact]
    public void Numbers_OfATemporalType_NeedItsWidth()
    {
        Assert.Equal(7, ArrowArray.From<int>(ArrowType.Date32, new[] { 7 })[0]);
        Assert.Equal(7, ArrowArray.From<long>(new TimestampType(TimeUnit.Nanosecond, "UTC"), new[] { 7L })[0]);
        Assert.Throws<ArgumentException>(() => ArrowArray.From<int>(ArrowType.Date64, new[] { 7 }));
        Assert.Throws<ArgumentException>(() => ArrowArray.From<float>(ArrowType.Int32, new[] { 7f }));
        Assert.Throws<NotSupportedException>(() => ArrowArray.From(new[] { 'a' }));
    }

    [Fact]
    public void Truth_OrNulls_TakesBits()
    {
        BooleanArray array = ArrowArray.From([true, null, false, true]);
        Assert.Equal([true, null, false, true], Enumerable.Range(0, 4).Select(i => array[i]));
        Assert.Equal(1, array.ValueBits.Length);
        var cut = (BooleanArray)array.Slice(1, 3);
        Assert.Equal([null, false, true], Enumerable.Range(0, 3).Select(i => cut[i]));
        Assert.Equal(1, cut.ValueBitsOffset);
    }

    [Fact]
    public void Text_OfAnyKind_IsKept()
    {
        StringArray array = ArrowArray.From(["", null, "naïve", "😀", "\0"]);
        Assert.Equal(["", null, "naïve", "😀", "\0"], Enumerable.Range(0, 5).Select(i => array[i]));
        Assert.Equal("😀"u8, array.GetBytes(3));
        Assert.Throws<EncoderFallbackException>(() => ArrowArray.From(["\ud800"]));
    }

    [Fact]
    public void Bytes_OrNulls_AreKept()
    {
        BinaryArray array = ArrowArray.From((byte[]?[])[[1, 2], null, []]);
        Assert.Equal(["x0102", "null", "x"], ArrowText.Rows(array));
    }

    [Fact]
    public void Nested_OfParts_HoldsThem()
    {
        ListArray lists = ArrowArray.Lists(new double[] { 1, 2, 3 }, new[] { 0, 2, 2, 3 }, ArrowArray.PackValidity([true, false, true]));
        Assert.Equal(["[f3ff0000000000000,f4000000000000000]", "null", "[f4008000000000000]"], ArrowText.Rows(lists));
        ListArray large = ArrowArray.Lists(new[] { 1, 2, 3 }, new[] { 1L, 3L });
        Assert.Equal(["[2,3]"], ArrowText.Rows(large));
        Assert.Equal([1L, 3L], large.LargeOffsets.ToArray());
        Assert.Throws<InvalidOperationException>(() => large.Offsets.Length);
        Assert.Equal([0, 2, 2, 3], lists.OffsetMemory.ToArray());
        Assert.Throws<InvalidOperationException>(() => large.OffsetMemory);
        Assert.Equal(["[1,2]", "[3,4]"], ArrowText.Rows(ArrowArray.FixedSizeLists(new[] { 1, 2, 3, 4 }, 2)));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.FixedSizeLists(new[] { 1, 2, 3 }, 2));
        StructArray rows = ArrowArray.Structs(2, [("a", new[] { 1, 2 }), ("b", new[] { "x", "y" })]);
        Assert.Equal(["{1,s78}", "{2,s79}"], ArrowText.Rows(rows));
        Assert.Equal(["s78", "s79"], ArrowText.Rows(rows["b"]));
        Assert.Throws<KeyNotFoundException>(() => rows["c"]);
        MapArray maps = ArrowArray.Maps(new[] { "k", "l" }, new[] { 1, 2 }, new[] { 0, 2, 2 });
        Assert.Equal(["[{s6b,1},{s6c,2}]", "[]"], ArrowText.Rows(maps));
        Assert.Equal(["s6b", "s6c"], ArrowText.Rows(maps.Keys));
        Assert.Equal(["1", "2"], ArrowText.Rows(maps.Items));
        Assert.Equal(["xabcd", "xef01"], ArrowText.Rows(ArrowArray.FixedSizeBinaries(new byte[] { 0xab, 0xcd, 0xef, 0x01 }, 2)));
    }

    [Fact]
    public void Dictionary_OfPlaces_LooksThemUp()
    {
        DictionaryArray array = ArrowArray.Dictionary(ArrowArray.From<byte>([1, null, 0]), new[] { "a", "b" }, isOrdered: true);
        Assert.Equal(["s62", "null", "s61"], ArrowText.Rows(array));
        Assert.Equal([1, -1, 0], Enumerable.Range(0, 3).Select(array.GetIndex));
        Assert.Equal(["null", "0"], ArrowText.Rows(((DictionaryArray)array.Slice(1, 2)).Indices));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Dictionary(new[] { 2 }, new[] { "a", "b" }));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Dictionary(new[] { -1 }, new[] { "a", "b" }));
        Assert.Throws<ArgumentException>(() => ArrowArray.Dictionary(new[] { 1.0 }, new[] { "a", "b" }));
    }

    [Fact]
    public void Dictionaries_PutTogether_MustFitTheirIndices()
    {
        ArrowArray Column(int from) => ArrowArray.Dictionary(ArrowArray.From<sbyte>([99]), Enumerable.Range(from, 100).ToArray());
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Concatenate([Column(0), Column(100)]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Concatenate([Column(0), new[] { 1 }]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Concatenate([]));
    }

    [Fact]
    public void Index_OutsideOfAnArray_IsRefused()
    {
        ArrowArray[] arrays = [new[] { 1 }, new[] { true }, new[] { "a" }, new NullArray(1), ArrowArray.Lists(new[] { 1 }, new[] { 0, 1 })];
        foreach (ArrowArray array in arrays)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => array.IsNull(1));
            Assert.Throws<ArgumentOutOfRangeException>(() => array.IsNull(-1));
            Assert.Throws<ArgumentOutOfRangeException>(() => array.Slice(0, 2));
            Assert.Throws<ArgumentOutOfRangeException>(() => array.Slice(2, 0));
        }
    }

    [Fact]
    public void Parts_OfAnotherArray_AreRefused()
    {
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(ArrowType.Int32, 2, default, [new byte[7]]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(ArrowType.Int32, 2, default, []));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(ArrowType.Int32, -1, default, [new byte[8]]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(ArrowType.Int32, 9, new byte[1], [new byte[36]]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(new ListType(ArrowType.Int32), 0, default, [default], [new[] { 1L }]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Create(new IntType(7, true), 0, default, [default]));
    }

    [Fact]
    public void Content_WithOtherMemory_IsEqual()
    {
        ArrowArray left = ArrowArray.From<int>([7, 1, null, 3]).Slice(1, 3);
        ArrowArray right = ArrowArray.From<int>(new[] { 1, 99, 3 }, ArrowArray.PackValidity([true, false, true]));
        Assert.True(left.ContentEquals(right));
        Assert.False(left.ContentEquals(ArrowArray.From<int>([1, null, 4])));
        Assert.False(left.ContentEquals(ArrowArray.From<int>([1, 2, 3])));
        Assert.False(left.ContentEquals(ArrowArray.From<long>([1, null, 3])));
        Assert.True(ArrowArray.From([double.NaN]).ContentEquals(ArrowArray.From([double.NaN])));
    }

    [Fact]
    public void Table_OfPlainArrays_IsReadByName()
    {
        ArrowTable table = ArrowTable.Of(
            ("x", new[] { 1.5, 2 }), ("n", new[] { 1, 2 }), ("s", new[] { "a", null }), ("b", new[] { true, false }));
        RecordBatch batch = ArrowTable.ReadStream(table.ToStream()).Batches.Single();
        Assert.Equal([1.5, 2], ((PrimitiveArray<double>)batch["x"]).Values.ToArray());
        Assert.Equal("a", ((StringArray)batch["s"])[0]);
        Assert.Equal(2, table.RowCount);
        Assert.Equal("There is no \"y\" among x, n, s, b.", Assert.Throws<KeyNotFoundException>(() => batch["y"]).Message);
        Assert.Throws<ArgumentException>(() => ArrowTable.Of(("x", new[] { 1 }), ("y", new[] { 1, 2 })));
    }
}
