using DaskVine.Arrow;

namespace DaskVine.Values.Tests;

public class ColumnValueTests
{
    public static TheoryData<object> Values() => new()
    {
        new double[] { 1.5, double.NaN }, Array.Empty<double>(), new float[] { 1 }, new Half[] { (Half)2 }, new long[] { long.MinValue }, new ulong[] { ulong.MaxValue },
        new int[] { 1, 2, 3 }, new uint[] { 1 }, new short[] { -1 }, new ushort[] { 1 }, new sbyte[] { -1 }, new bool[] { true, false, true },
        new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, new bool[,] { { true }, { false } }, new int[,,] { { { 1, 2 }, { 3, 4 } } }, new double[0, 3],
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Arrays_AreArrowAndReadAsTheyWereWritten(object value)
    {
        var bytes = ValueCodec.Encode(value).ToArray();
        Assert.Equal([0xff, 0xff, 0xff, 0xff], bytes[..4]);
        Assert.Equal(value, ValueCodec.Decode(bytes, value.GetType()));
        Assert.Equal(value, ValueCodec.Decode<object>(bytes));
    }

    [Fact]
    public void Stream_OfAnArray_SaysWhatNumPyCallsIt()
    {
        var table = ArrowTable.ReadStream(ValueCodec.Encode(new double[,] { { 1, 2 } }).ToArray());
        Assert.Equal("array", table.Schema.Metadata["daskvine.value"]);
        Assert.Equal("""{"dtype":"<f8","shape":[1,2]}""", table.Schema.Metadata["daskvine.detail"]);
        Assert.Equal("arrow.fixed_shape_tensor", table.Schema.Fields[0].ExtensionName);
        Assert.Equal("""{"dtype":"|b1"}""", ArrowTable.ReadStream(ValueCodec.Encode(new[] { true }).ToArray()).Schema.Metadata["daskvine.detail"]);
    }

    [Fact]
    public void Memory_OfTheSameNumbers_IsThatOfTheBytes()
    {
        var bytes = ValueCodec.Encode(new double[] { 1, 2 }).ToArray();
        var memory = ValueCodec.Decode<ReadOnlyMemory<double>>(bytes);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(memory.Span).Overlaps(bytes));
        Assert.Equal([1.0, 2.0], memory.ToArray());
    }

    [Fact]
    public void Bytes_AreAnArrayAsMemoryAndNoneAsByteArray()
    {
        var bytes = ValueCodec.Encode((ReadOnlyMemory<byte>)new byte[] { 1, 2 }).ToArray();
        Assert.Equal([1, 2], ValueCodec.Decode<byte[]>(bytes));
        Assert.Equal([1, 2], Assert.IsType<ReadOnlyMemory<byte>>(ValueCodec.Decode<object>(bytes)).ToArray());
        Assert.Equal(0xc1, ValueCodec.Encode(new byte[] { 1, 2 }).ToArray()[0]);
    }

    [Fact]
    public void Memory_IsWrittenAsArraysAre()
    {
        Assert.Equal([2.0], ValueCodec.Decode<double[]>(ValueCodec.Encode(new double[] { 1, 2 }.AsMemory(1)).ToArray()));
        Assert.Equal([2], ValueCodec.Decode<int[]>(ValueCodec.Encode((ReadOnlyMemory<int>)new[] { 2 }).ToArray()));
    }

    [Fact]
    public void Numbers_OfAnotherType_ConvertWhereTheyStayWhatTheyAre()
    {
        var bytes = ValueCodec.Encode(new long[] { 1, 2 }).ToArray();
        Assert.Equal([1.0, 2.0], ValueCodec.Decode<double[]>(bytes));
        Assert.Equal([1, 2], ValueCodec.Decode<List<int>>(bytes));
        Assert.Equal([1L, 2L], ValueCodec.Decode<IReadOnlyList<long>>(bytes));
        Assert.Contains("'x' takes int, and is given 4294967295", Refusal(new[] { uint.MaxValue }, typeof(int[])));
        Assert.Contains("'x' takes sbyte, and is given 200", Refusal((ReadOnlyMemory<byte>)new byte[] { 200 }, typeof(IReadOnlyList<sbyte>)));
        Assert.Contains("'x' takes int, and is given 1.5", Refusal(new[] { 1.5 }, typeof(int[])));
        Assert.Equal(new double[,] { { 1, 2 } }, ValueCodec.Decode<double[,]>(ValueCodec.Encode(new int[,] { { 1, 2 } }).ToArray()));
    }

    [Fact]
    public void Dimensions_ThatDoNotFit_AreRefused()
    {
        Assert.Contains("'x' takes double[,], and is given an array of 1 dimensions", Refusal(new double[2], typeof(double[,])));
        Assert.Contains("'x' takes double[], and is given an array of 2 dimensions: take a T[,]", Refusal(new double[2, 2], typeof(double[])));
    }

    [Fact]
    public void Array_InFortransOrder_IsReadByItsIndices()
    {
        var bytes = Stream("""{"dtype":"<i4","shape":[2,3],"order":"F"}""", ArrowArray.Create(
            new FixedSizeListType(ArrowType.Int32, 6), 1, default, [], [ArrowArray.From(new[] { 1, 4, 2, 5, 3, 6 })]));
        Assert.Equal(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, ValueCodec.Decode<int[,]>(bytes));
    }

    [Fact]
    public void Array_OfNoDimensions_IsANumber() =>
        Assert.Equal(5.0, ValueCodec.Decode<double>(Stream("""{"dtype":"<i4","shape":[]}""", ArrowArray.From(new[] { 5 }))));

    [Fact]
    public void Tables_PassAsTheyAre()
    {
        var table = ArrowTable.Of(("x", ArrowArray.From(new[] { 1.0, 2 })), ("name", ArrowArray.From(new string?[] { "a", null })));
        var bytes = ValueCodec.Encode(table).ToArray();
        Assert.Equal(2, ValueCodec.Decode<ArrowTable>(bytes).RowCount);
        Assert.Equal(2, ValueCodec.Decode<RecordBatch>(bytes).Length);
        Assert.IsType<ArrowTable>(ValueCodec.Decode<object>(bytes));
        Assert.Equal(2, ValueCodec.Decode<ArrowTable>(ValueCodec.Encode(table.Batches[0]).ToArray()).RowCount);
        Assert.Contains("takes one column, and is given a table of 2", Refusal(table, typeof(ArrowArray)));
        Assert.Contains("takes double, and is given a table: take an ArrowTable", Refusal(table, typeof(double)));
    }

    [Fact]
    public void Column_OfATable_IsAnArrayWhereOneIsWanted()
    {
        var column = ArrowArray.From(new[] { 1.0, 2 });
        var bytes = ValueCodec.Encode(column).ToArray();
        Assert.Equal([1.0, 2.0], ValueCodec.Decode<PrimitiveArray<double>>(bytes).Values.ToArray());
        Assert.Equal([1.0, 2.0], ValueCodec.Decode<double[]>(ValueCodec.Encode(ArrowTable.Of(("x", column))).ToArray()));
    }

    [Fact]
    public void Trees_OfPython_AreArraysAndDictionaries()
    {
        var list = ArrowArray.Lists(ArrowArray.From(new[] { 1.0, 2 }), (ReadOnlyMemory<long>)new long[] { 0, 2 });
        var detail = """{"tree":{"dict":[["a","b","c"],[{"column":0,"kind":"array","detail":{"dtype":"<f8"},"rows":2},{"tuple":[1,2.0,"t",null,true]},{"float":"000000000000f07f"}]]}}""";
        var bytes = Stream(detail, list, "tree");
        var tree = ValueCodec.Decode<Dictionary<string, object>>(bytes);
        Assert.Equal(new[] { 1.0, 2.0 }, tree["a"]);
        Assert.Equal(new object?[] { 1L, 2.0, "t", null, true }, tree["b"]);
        Assert.Equal(double.PositiveInfinity, tree["c"]);
        Assert.Equal([[1.0, 2.0]], ValueCodec.Decode<Dictionary<string, object>>(bytes).Values.OfType<double[]>());
    }

    [Fact]
    public void Rows_OfSmallValues_AreReadOneByOne()
    {
        var rows = ValueRows.Read(Stream(null, ArrowArray.From(new long[] { 1, 2 }), "scalar"));
        Assert.Equal(2, rows.Count);
        Assert.Equal(2.0, rows.Get(1, typeof(double)));
        Assert.Equal(1L, rows.Get(0, typeof(object)));
        Assert.Contains("no small values", Assert.Throws<ValueException>(() => ValueRows.Read(ValueCodec.Encode(new[] { 1 }).ToArray())).Message);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(100)]
    public void Stream_CutSomewhere_IsRefused(int length) => Assert.Throws<ValueException>(
        () => ValueCodec.Decode<double[]>(ValueCodec.Encode(new double[] { 1, 2 }).ToArray().AsMemory(0, length)));

    private static string Refusal(object value, Type wanted) =>
        Assert.Throws<ValueException>(() => ValueCodec.Decode(ValueCodec.Encode(value).ToArray(), wanted, "'x'")).Message;

    private static byte[] Stream(string? detail, ArrowArray column, string kind = "array")
    {
        var metadata = Metadata.Of(("daskvine.value", kind));
        return ArrowTable.Of(detail is null ? metadata : metadata.With("daskvine.detail", detail), ("value", column)).ToStream();
    }
}
