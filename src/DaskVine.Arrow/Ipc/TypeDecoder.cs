using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Reads a type out of metadata.</summary>
internal static class TypeDecoder
{
    internal static ArrowType Decode(TypeNumber number, FlatTable type, IReadOnlyList<Field> children) => number switch
    {
        TypeNumber.Null => ArrowType.Null,
        TypeNumber.Bool => ArrowType.Boolean,
        TypeNumber.Int => Integer(type),
        TypeNumber.FloatingPoint => new FloatType(16 << (type.Int16(0) is >= 0 and <= 2 and short precision ? precision : 3)),
        TypeNumber.Utf8 => ArrowType.Utf8,
        TypeNumber.LargeUtf8 => ArrowType.LargeUtf8,
        TypeNumber.Binary => ArrowType.Binary,
        TypeNumber.LargeBinary => ArrowType.LargeBinary,
        TypeNumber.FixedSizeBinary => new FixedSizeBinaryType(type.Int32(0)),
        TypeNumber.Decimal => new DecimalType(type.Int32(0), type.Int32(1), type.Int32(2, 128)),
        TypeNumber.Date => new DateType((DateUnit)type.Int16(0, (short)DateUnit.Millisecond)),
        TypeNumber.Time => Time(type),
        TypeNumber.Timestamp => new TimestampType((TimeUnit)type.Int16(0), type.Text(1) is { Length: > 0 } zone ? zone : null),
        TypeNumber.Duration => new DurationType((TimeUnit)type.Int16(0, (short)TimeUnit.Millisecond)),
        TypeNumber.Interval => new IntervalType((IntervalUnit)type.Int16(0)),
        TypeNumber.List => new ListType(Only(children, "list")),
        TypeNumber.LargeList => new ListType(Only(children, "list"), IsLarge: true),
        TypeNumber.FixedSizeList => new FixedSizeListType(Only(children, "fixed-size list"), type.Int32(0)),
        TypeNumber.Map => new MapType(Only(children, "map"), type.Boolean(0)),
        TypeNumber.Struct => new StructType(children),
        TypeNumber.Union => Union(type, children),
        >= TypeNumber.RunEndEncoded and <= TypeNumber.LargeListView =>
            throw new ArrowFormatException($"Arrow's type {number} is not supported."),
        _ => throw new ArrowFormatException($"There is no Arrow type of number {(byte)number}."),
    };

    internal static IntType Integer(FlatTable type) => new(type.Int32(0), type.Boolean(1));

    private static TimeType Time(FlatTable type)
    {
        var time = new TimeType((TimeUnit)type.Int16(0, (short)TimeUnit.Millisecond));
        int width = type.Int32(1, 32);
        return width == time.BitWidth
            ? time
            : throw new ArrowFormatException($"A time in {time.Unit}s has {width} bits, not {time.BitWidth}.");
    }

    private static Field Only(IReadOnlyList<Field> children, string what) =>
        children.Count == 1 ? children[0] : throw new ArrowFormatException($"A {what} has {children.Count} children, not one.");

    private static UnionType Union(FlatTable type, IReadOnlyList<Field> children)
    {
        var mode = (UnionMode)type.Int16(0);
        FlatVector numbers = type.Vector(1, sizeof(int));
        if (!numbers.Present)
            return new UnionType(mode, children);
        if (numbers.Count != children.Count)
            throw new ArrowFormatException($"A union has {numbers.Count} type ids for {children.Count} children.");
        int[] ids = new int[numbers.Count];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = BinaryPrimitives.ReadInt32LittleEndian(numbers[i]);
        return new UnionType(mode, children, ids);
    }
}
