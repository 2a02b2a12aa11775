namespace DaskVine.Arrow.Tests.Properties;

/// <summary>Types of every kind, nested a few levels.</summary>
internal static class RandomTypes
{
    private static readonly ArrowType[] Flat =
    [
        ArrowType.Null, ArrowType.Boolean, ArrowType.Int8, ArrowType.Int16, ArrowType.Int32, ArrowType.Int64, ArrowType.UInt8,
        ArrowType.UInt16, ArrowType.UInt32, ArrowType.UInt64, ArrowType.Half, ArrowType.Float, ArrowType.Double, ArrowType.Utf8,
        ArrowType.LargeUtf8, ArrowType.Binary, ArrowType.LargeBinary, ArrowType.Date32, ArrowType.Date64,
        new TimeType(TimeUnit.Second), new TimeType(TimeUnit.Millisecond), new TimeType(TimeUnit.Microsecond),
        new TimeType(TimeUnit.Nanosecond), new TimestampType(TimeUnit.Second), new TimestampType(TimeUnit.Nanosecond, "Europe/Helsinki"),
        new DurationType(TimeUnit.Microsecond),
        new IntervalType(IntervalUnit.YearMonth), new IntervalType(IntervalUnit.DayTime), new IntervalType(IntervalUnit.MonthDayNano),
        new FixedSizeBinaryType(3), new DecimalType(38, 5), new DecimalType(20, -3), new DecimalType(76, 40, 256),
    ];

    private static readonly IntType[] Indices =
    [
        ArrowType.Int8, ArrowType.Int16, ArrowType.Int32, ArrowType.Int64,
        ArrowType.UInt8, ArrowType.UInt16, ArrowType.UInt32, ArrowType.UInt64,
    ];

    internal static Schema Schema(Random random)
    {
        Field[] fields = Fields(random, random.Next(5), 3);
        return new Schema(fields, Pairs(random));
    }

    internal static ArrowType Type(Random random, int depth) => (depth == 0 ? 0 : random.Next(20)) switch
    {
        1 => new ListType(Field(random, depth - 1)),
        2 => new ListType(Field(random, depth - 1), true),
        3 => new FixedSizeListType(Field(random, depth - 1), random.Next(1, 4)),
        4 or 5 => new StructType(Fields(random, random.Next(1, 4), depth - 1)),
        6 => new MapType(Flat[random.Next(2, 12)], Type(random, depth - 1), random.Next(2) == 0),
        7 => Union(random, UnionMode.Sparse, depth - 1),
        8 => Union(random, UnionMode.Dense, depth - 1),
        9 or 10 or 11 => Dictionary(random, depth - 1),
        _ => Flat[random.Next(Flat.Length)],
    };

    private static ArrowType Dictionary(Random random, int depth)
    {
        ArrowType values = Type(random, depth);
        return values is DictionaryType ? values : new DictionaryType(Indices[random.Next(Indices.Length)], values, random.Next(2) == 0);
    }

    private static UnionType Union(Random random, UnionMode mode, int depth)
    {
        Field[] fields = Fields(random, random.Next(1, 4), depth);
        return random.Next(2) == 0
            ? new UnionType(mode, fields)
            : new UnionType(mode, fields, [.. fields.Select((_, i) => 127 - (40 * i))]);
    }

    private static Field[] Fields(Random random, int count, int depth) => [.. Enumerable.Range(0, count).Select(_ => Field(random, depth))];

    private static Field Field(Random random, int depth) =>
        new(random.Next(3) switch { 0 => "", 1 => "naïve 名", _ => $"f{random.Next(100)}" }, Type(random, depth), true, Pairs(random));

    private static Metadata Pairs(Random random) =>
        new(Enumerable.Range(0, Math.Max(0, random.Next(5) - 2)).Select(i => KeyValuePair.Create($"key {i}", $"välue {random.Next()}")));
}
