using DaskVine.Arrow;

namespace DaskVine.Histograms;

public readonly ref partial struct Column
{
    /// <summary>Makes a column of an Arrow array. Numbers are taken as they lie there; bools and texts are copied.</summary>
    /// <exception cref="HistogramException">It has nulls, or another type than a column can hold.</exception>
    public static Column OfArrow(ArrowArray values, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.NullCount > 0)
            throw new HistogramException($"The column{(name is null ? "" : $" \"{name}\"")} has {values.NullCount} nulls. Drop those rows, or fill them.");
        return values switch
        {
            PrimitiveArray<double> doubles => Of(ColumnType.Double, doubles.Values, name),
            PrimitiveArray<float> floats => Of(ColumnType.Single, floats.Values, name),
            PrimitiveArray<int> ints => Of(ColumnType.Int32, ints.Values, name),
            PrimitiveArray<long> longs => Of(ColumnType.Int64, longs.Values, name),
            BooleanArray bools => Of(Unpack(bools.Length, bools.GetValue), name),
            StringArray texts => Of(Unpack(texts.Length, row => texts[row]!), name),
            DictionaryArray { Values: StringArray texts } codes => Of(Unpack(codes, texts), name),
            _ => throw new HistogramException($"A column holds double, float, int, long, bool or string, not {values.Type}."),
        };
    }

    private static T[] Unpack<T>(int rows, Func<int, T> read) => [.. Enumerable.Range(0, rows).Select(read)];

    /// <summary>The texts of a dictionary, so that rows of one category share one object.</summary>
    private static string[] Unpack(DictionaryArray codes, StringArray texts)
    {
        var known = Unpack(texts.Length, row => texts[row]!);
        return Unpack(codes.Length, row => known[codes.GetIndex(row)]);
    }
}
