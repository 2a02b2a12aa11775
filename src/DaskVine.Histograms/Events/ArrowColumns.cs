using System.Numerics;
using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>Columns of Arrow arrays, without a copy where that can be.</summary>
internal static class ArrowColumns
{
    internal static EventColumn Read(ArrowArray array, string name)
    {
        if (array.NullCount > 0)
            throw new HistogramException($"The column \"{name}\" has {array.NullCount} nulls. Events have values; write NaN where there is none.");
        return array is ListArray lists ? Jagged(lists, name) : new EventColumn(Values(array, name));
    }

    private static EventColumn Jagged(ListArray lists, string name)
    {
        var offsets = Offsets(lists);
        var (first, end) = (offsets.Span[0], offsets.Span[^1]);
        var inner = lists.Values.Slice(first, end - first);
        if (inner.NullCount > 0)
            throw new HistogramException($"The lists of the column \"{name}\" have {inner.NullCount} nulls. Write NaN where there is no value.");
        return new EventColumn(Values(inner, name), first == 0 ? offsets : FromZero(offsets.Span));
    }

    // An empty array may come without its only offset.
    private static ReadOnlyMemory<int> Offsets(ListArray lists)
    {
        if (lists.Length == 0)
            return new int[1];
        return lists.IsLarge ? lists.LargeOffsets.ToArray().Select(offset => checked((int)offset)).ToArray() : lists.OffsetMemory;
    }

    private static int[] FromZero(ReadOnlySpan<int> offsets)
    {
        var moved = new int[offsets.Length];
        for (var i = 0; i < moved.Length; i++)
            moved[i] = offsets[i] - offsets[0];
        return moved;
    }

    private static ColumnValues Values(ArrowArray array, string name) => array switch
    {
        PrimitiveArray<double> { Type: FloatType } doubles => Numbers(doubles),
        PrimitiveArray<float> { Type: FloatType } floats => Numbers(floats),
        PrimitiveArray<int> { Type: IntType } ints => Numbers(ints),
        PrimitiveArray<long> { Type: IntType } longs => Numbers(longs),
        BooleanArray bools => new TruthValues([.. Enumerable.Range(0, bools.Length).Select(bools.GetValue)]),
        _ => throw new HistogramException(
            $"The column \"{name}\" holds {array.Type}. Columns of events hold double, float, int32, int64 or bool, or lists of such."),
    };

    private static NumberValues<T> Numbers<T>(PrimitiveArray<T> array)
        where T : unmanaged, INumber<T> => new(array.Memory);
}
