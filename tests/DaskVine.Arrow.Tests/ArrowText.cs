using System.Numerics;

namespace DaskVine.Arrow.Tests;

/// <summary>
/// Values as text that says exactly what they are: numbers as integers, floating point numbers by their bits as doubles, text and
/// bytes in hexadecimal digits.
/// </summary>
internal static class ArrowText
{
    internal static string[] Rows(ArrowArray array) => [.. Enumerable.Range(0, array.Length).Select(row => Value(array, row))];

    internal static string Value(ArrowArray array, int row) => array.IsNull(row) ? "null" : array switch
    {
        BooleanArray values => values.GetValue(row) ? "true" : "false",
        PrimitiveArray<sbyte> values => Number(values, row),
        PrimitiveArray<short> values => Number(values, row),
        PrimitiveArray<int> values => Number(values, row),
        PrimitiveArray<long> values => Number(values, row),
        PrimitiveArray<byte> values => Number(values, row),
        PrimitiveArray<ushort> values => Number(values, row),
        PrimitiveArray<uint> values => Number(values, row),
        PrimitiveArray<ulong> values => Number(values, row),
        PrimitiveArray<Half> values => Float((double)values.Values[row]),
        PrimitiveArray<float> values => Float(values.Values[row]),
        PrimitiveArray<double> values => Float(values.Values[row]),
        PrimitiveArray<DayTimeInterval> values => $"{values.Values[row].Days}/{values.Values[row].Milliseconds}",
        PrimitiveArray<MonthDayNanoInterval> values => Interval(values.Values[row]),
        DecimalArray values => values.GetUnscaled(row).ToString(),
        StringArray values => Utf8(values.GetBytes(row)),
        BinaryArray values => Binary(values.GetBytes(row)),
        FixedSizeBinaryArray values => Binary(values.GetBytes(row)),
        VariableListArray values => $"[{string.Join(',', Rows(values.GetList(row)))}]",
        FixedSizeListArray values => $"[{string.Join(',', Rows(values.GetList(row)))}]",
        StructArray => $"{{{string.Join(',', array.Children.Select(child => Value(child, row)))}}}",
        UnionArray values => Union(values, row),
        DictionaryArray values => Value(values.Values, values.GetIndex(row)),
        _ => throw new InvalidOperationException($"No text for {array.Type}."),
    };

    // What a NaN's bits are is not told alike by all readers.
    internal static string Float(double value) => double.IsNaN(value) ? "nan" : $"f{BitConverter.DoubleToUInt64Bits(value):x16}";

    internal static string Utf8(ReadOnlySpan<byte> bytes) => $"s{Convert.ToHexStringLower(bytes)}";

    internal static string Binary(ReadOnlySpan<byte> bytes) => $"x{Convert.ToHexStringLower(bytes)}";

    private static string Number<T>(PrimitiveArray<T> values, int row)
        where T : unmanaged, INumber<T> => values.Values[row].ToString()!;

    private static string Interval(MonthDayNanoInterval value) => $"{value.Months}/{value.Days}/{value.Nanoseconds}";

    private static string Union(UnionArray values, int row)
    {
        (ArrowArray child, int index) = values.GetPlace(row);
        return $"{values.TypeIds[row]}:{Value(child, index)}";
    }
}
