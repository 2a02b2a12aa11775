namespace DaskVine.Arrow;

/// <summary>What a type must fulfil, and how many bytes its values take.</summary>
internal static class TypeRules
{
    internal const int MaxDepth = 64;

    private const int MaxScale = 128;

    /// <summary>Refuses a type that cannot be. Its children's types are theirs to check.</summary>
    internal static void Check(ArrowType type)
    {
        bool good = type switch
        {
            IntType integer => integer.BitWidth is 8 or 16 or 32 or 64,
            FloatType real => real.BitWidth is 16 or 32 or 64,
            FixedSizeBinaryType binary => binary.ByteWidth >= 0,
            DecimalType exact => exact.Precision >= 1 && exact.Precision <= MaxPrecision(exact) && Math.Abs((long)exact.Scale) <= MaxScale,
            DateType date => Enum.IsDefined(date.Unit),
            TimeType time => Enum.IsDefined(time.Unit),
            TimestampType stamp => Enum.IsDefined(stamp.Unit),
            DurationType duration => Enum.IsDefined(duration.Unit),
            IntervalType interval => Enum.IsDefined(interval.Unit),
            FixedSizeListType list => list.Size >= 0,
            MapType map => map.Entries.Type is StructType { Fields.Count: 2 },
            UnionType union => Enum.IsDefined(union.Mode) && HasGoodIds(union),
            DictionaryType dictionary => dictionary.IndexType.BitWidth is 8 or 16 or 32 or 64 && dictionary.ValueType is not DictionaryType,
            _ => true,
        };
        if (!good)
            throw new ArrowFormatException($"There is no such Arrow type: {type}.");
    }

    /// <summary>Bytes of one value, for types whose values all take the same; -1 for the others.</summary>
    internal static int Width(ArrowType type) => type switch
    {
        IntType integer => integer.BitWidth / 8,
        FloatType real => real.BitWidth / 8,
        FixedSizeBinaryType binary => binary.ByteWidth,
        DecimalType exact => exact.ByteWidth,
        DateType date => date.Unit == DateUnit.Day ? 4 : 8,
        TimeType time => time.BitWidth / 8,
        TimestampType or DurationType => 8,
        IntervalType interval => 4 << (int)interval.Unit,
        DictionaryType dictionary => dictionary.IndexType.BitWidth / 8,
        _ => -1,
    };

    /// <summary>Whether an array of the type takes memory for every value, so that its length is bounded by its bytes.</summary>
    internal static bool TakesMemory(ArrowType type) => type switch
    {
        NullType => false,
        StructType rows => rows.Fields.Any(field => TakesMemory(field.Type)),
        FixedSizeListType list => list.Size > 0 && TakesMemory(list.Item.Type),
        _ => Width(type) != 0,
    };

    /// <summary>The type's name for people.</summary>
    internal static string Name(ArrowType type)
    {
        string name = type.GetType().Name;
        return name[..^"Type".Length];
    }

    /// <summary>What tells types of the same name apart, for people.</summary>
    internal static string Parameters(ArrowType type) => type switch
    {
        IntType integer => $"({(integer.IsSigned ? "" : "unsigned ")}{integer.BitWidth})",
        FloatType real => $"({real.BitWidth})",
        Utf8Type { IsLarge: true } or BinaryType { IsLarge: true } or ListType { IsLarge: true } => "(large)",
        FixedSizeBinaryType binary => $"({binary.ByteWidth})",
        DecimalType exact => $"({exact.Precision}, {exact.Scale}, {exact.BitWidth} bits)",
        DateType date => $"({date.Unit})",
        TimeType time => $"({time.Unit})",
        TimestampType stamp => $"({stamp.Unit}{(stamp.TimeZone is null ? "" : ", " + stamp.TimeZone)})",
        DurationType duration => $"({duration.Unit})",
        IntervalType interval => $"({interval.Unit})",
        FixedSizeListType list => $"({list.Size})",
        UnionType union => $"({union.Mode}, {string.Join(' ', union.TypeIds)})",
        DictionaryType dictionary => $"({dictionary.IndexType} to {dictionary.ValueType})",
        _ => "",
    };

    private static int MaxPrecision(DecimalType type) => type.BitWidth switch
    {
        32 => 9,
        64 => 18,
        128 => 38,
        256 => 76,
        _ => 0,
    };

    private static bool HasGoodIds(UnionType union) =>
        union.TypeIds.Count == union.Fields.Count
        && union.TypeIds.All(id => id is >= 0 and <= sbyte.MaxValue)
        && union.TypeIds.Distinct().Count() == union.TypeIds.Count;
}
