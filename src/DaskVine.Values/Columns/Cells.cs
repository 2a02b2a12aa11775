using System.Numerics;
using DaskVine.Arrow;

namespace DaskVine.Values.Columns;

/// <summary>Single values of columns, as the CLR type that says the same.</summary>
internal static class Cells
{
    private const long NanosecondsPerTick = 100;

    /// <exception cref="ValueException">Its type is none that .NET has.</exception>
    public static object? Get(ArrowArray column, int row)
    {
        if (column.IsNull(row))
            return null;
        return column switch
        {
            NullArray => null,
            BooleanArray array => array.GetValue(row),
            StringArray array => array[row],
            BinaryArray array => array.GetBytes(row).ToArray(),
            PrimitiveArray<double> array => array.Values[row],
            PrimitiveArray<float> array => array.Values[row],
            PrimitiveArray<Half> array => array.Values[row],
            PrimitiveArray<long> array => Long(array.Type, array.Values[row]),
            PrimitiveArray<int> array => Int(array.Type, array.Values[row]),
            PrimitiveArray<ulong> array => array.Values[row],
            PrimitiveArray<uint> array => array.Values[row],
            PrimitiveArray<short> array => array.Values[row],
            PrimitiveArray<ushort> array => array.Values[row],
            PrimitiveArray<sbyte> array => array.Values[row],
            PrimitiveArray<byte> array => array.Values[row],
            VariableListArray array => All(array.GetList(row)),
            FixedSizeListArray array => All(array.GetList(row)),
            StructArray => Struct(column, row),
            DictionaryArray array => Entry(array, row),
            _ => throw new ValueException($"a column of type {column.Type} has no .NET values: take an ArrowTable or an ArrowArray"),
        };
    }

    /// <summary>All values of a column.</summary>
    public static object?[] All(ArrowArray column) => [.. Enumerable.Range(0, column.Length).Select(row => Get(column, row))];

    /// <summary>Python's complex numbers are pairs.</summary>
    public static object? Complex(object? pair) => pair is object?[] and [double real, double imaginary] ? new Complex(real, imaginary) : pair;

    private static object Long(ArrowType type, long value) => type switch
    {
        TimestampType { TimeZone: null or "" } timestamp => DateTime.UnixEpoch.AddTicks(Ticks(timestamp.Unit, value)) is var time ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified) : time,
        TimestampType timestamp => new DateTimeOffset(DateTime.UnixEpoch.AddTicks(Ticks(timestamp.Unit, value))),
        DurationType duration => TimeSpan.FromTicks(Ticks(duration.Unit, value)),
        TimeType time => new TimeOnly(Ticks(time.Unit, value)),
        DateType => DateOnly.FromDateTime(DateTime.UnixEpoch.AddMilliseconds(value)),
        _ => value,
    };

    private static object Int(ArrowType type, int value) => type switch
    {
        DateType => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(value),
        TimeType time => new TimeOnly(Ticks(time.Unit, value)),
        _ => value,
    };

    // Nanoseconds are cut to the tenth of a microsecond, as .NET's clock has it.
    private static long Ticks(TimeUnit unit, long value) => unit switch
    {
        TimeUnit.Second => value * TimeSpan.TicksPerSecond,
        TimeUnit.Millisecond => value * TimeSpan.TicksPerMillisecond,
        TimeUnit.Microsecond => value * TimeSpan.TicksPerMicrosecond,
        _ => value / NanosecondsPerTick,
    };

    private static Dictionary<string, object?> Struct(ArrowArray column, int row)
    {
        var fields = new Dictionary<string, object?>();
        for (var i = 0; i < column.Children.Count; i++)
            fields[column.Type.Children[i].Name] = Get(column.Children[i], row);
        return fields;
    }

    private static object? Entry(DictionaryArray column, int row) => Get(column.Values, column.GetIndex(row));
}
