namespace DaskVine.Arrow;

/// <summary>Chooses the class of an array by its type.</summary>
internal static class ArrayFactory
{
    /// <summary>Makes an array from parts of unknown origin.</summary>
    internal static ArrowArray Checked(ArrayData data)
    {
        ArrayChecker.ExpectParts(data);
        return Received(data);
    }

    /// <summary>Makes an array from parts that a checked type says, with contents of unknown origin.</summary>
    internal static ArrowArray Received(ArrayData data) => Make(ArrayChecker.Check(data));

    /// <summary>Makes an array from parts that were checked.</summary>
    internal static ArrowArray Make(ArrayData data) => data.Type switch
    {
        NullType => new NullArray(data),
        BooleanType => new BooleanArray(data),
        IntType integer => MakeInteger(integer, data),
        FloatType { BitWidth: 16 } => new PrimitiveArray<Half>(data),
        FloatType { BitWidth: 32 } => new PrimitiveArray<float>(data),
        FloatType => new PrimitiveArray<double>(data),
        DateType { Unit: DateUnit.Day } or TimeType { BitWidth: 32 } => new PrimitiveArray<int>(data),
        DateType or TimeType or TimestampType or DurationType => new PrimitiveArray<long>(data),
        IntervalType { Unit: IntervalUnit.YearMonth } => new PrimitiveArray<int>(data),
        IntervalType { Unit: IntervalUnit.DayTime } => new PrimitiveArray<DayTimeInterval>(data),
        IntervalType => new PrimitiveArray<MonthDayNanoInterval>(data),
        DecimalType => new DecimalArray(data),
        FixedSizeBinaryType => new FixedSizeBinaryArray(data),
        Utf8Type => new StringArray(data),
        BinaryType => new BinaryArray(data),
        ListType => new ListArray(data),
        MapType => new MapArray(data),
        FixedSizeListType => new FixedSizeListArray(data),
        StructType => new StructArray(data),
        UnionType => new UnionArray(data),
        DictionaryType => new DictionaryArray(data),
        _ => throw new ArrowFormatException($"Arrays of type {data.Type} are not supported."),
    };

    /// <summary>An array of that type without values.</summary>
    internal static ArrowArray Empty(ArrowType type) => Checked(new ArrayData(
        type,
        0,
        0,
        [default, .. Enumerable.Repeat<ReadOnlyMemory<byte>>(default, ArrayChecker.BufferCount(type) - 1)],
        [.. type.Children.Select(child => Empty(child.Type))],
        type is DictionaryType dictionary ? new DictionaryValues(Empty(dictionary.ValueType)) : null));

    private static ArrowArray MakeInteger(IntType type, ArrayData data) => type switch
    {
        { IsSigned: true, BitWidth: 8 } => new PrimitiveArray<sbyte>(data),
        { IsSigned: true, BitWidth: 16 } => new PrimitiveArray<short>(data),
        { IsSigned: true, BitWidth: 32 } => new PrimitiveArray<int>(data),
        { IsSigned: true } => new PrimitiveArray<long>(data),
        { BitWidth: 8 } => new PrimitiveArray<byte>(data),
        { BitWidth: 16 } => new PrimitiveArray<ushort>(data),
        { BitWidth: 32 } => new PrimitiveArray<uint>(data),
        _ => new PrimitiveArray<ulong>(data),
    };
}
