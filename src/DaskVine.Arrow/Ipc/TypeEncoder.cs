using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Writes a type as metadata.</summary>
internal static class TypeEncoder
{
    internal static (TypeNumber Number, FlatTableNode Table) Encode(ArrowType type) => type switch
    {
        NullType => (TypeNumber.Null, new FlatTableNode()),
        BooleanType => (TypeNumber.Bool, new FlatTableNode()),
        IntType integer => (TypeNumber.Int, Integer(integer)),
        FloatType real => (TypeNumber.FloatingPoint, new FlatTableNode().Int16(0, real.BitWidth / 32)),
        Utf8Type utf8 => (utf8.IsLarge ? TypeNumber.LargeUtf8 : TypeNumber.Utf8, new FlatTableNode()),
        BinaryType binary => (binary.IsLarge ? TypeNumber.LargeBinary : TypeNumber.Binary, new FlatTableNode()),
        FixedSizeBinaryType binary => (TypeNumber.FixedSizeBinary, new FlatTableNode().Int32(0, binary.ByteWidth)),
        DecimalType exact => (TypeNumber.Decimal,
            new FlatTableNode().Int32(0, exact.Precision).Int32(1, exact.Scale).Int32(2, exact.BitWidth)),
        ListType list => (list.IsLarge ? TypeNumber.LargeList : TypeNumber.List, new FlatTableNode()),
        FixedSizeListType list => (TypeNumber.FixedSizeList, new FlatTableNode().Int32(0, list.Size)),
        MapType map => (TypeNumber.Map, new FlatTableNode().Boolean(0, map.KeysSorted)),
        StructType => (TypeNumber.Struct, new FlatTableNode()),
        UnionType union => (TypeNumber.Union, new FlatTableNode().Int16(0, (int)union.Mode).Child(1, Ids(union))),
        _ => Temporal(type),
    };

    internal static FlatTableNode Integer(IntType type) => new FlatTableNode().Int32(0, type.BitWidth).Boolean(1, type.IsSigned);

    private static (TypeNumber Number, FlatTableNode Table) Temporal(ArrowType type) => type switch
    {
        DateType date => (TypeNumber.Date, new FlatTableNode().Int16(0, (int)date.Unit)),
        TimeType time => (TypeNumber.Time, new FlatTableNode().Int16(0, (int)time.Unit).Int32(1, time.BitWidth)),
        TimestampType stamp => (TypeNumber.Timestamp,
            new FlatTableNode().Int16(0, (int)stamp.Unit).Child(1, stamp.TimeZone is null ? null : FlatNode.Text(stamp.TimeZone))),
        DurationType duration => (TypeNumber.Duration, new FlatTableNode().Int16(0, (int)duration.Unit)),
        IntervalType interval => (TypeNumber.Interval, new FlatTableNode().Int16(0, (int)interval.Unit)),
        _ => throw new ArrowFormatException($"Arrow metadata has no type {type}."),
    };

    private static FlatNode Ids(UnionType union)
    {
        byte[] ids = new byte[union.TypeIds.Count * sizeof(int)];
        for (int i = 0; i < union.TypeIds.Count; i++)
            BinaryPrimitives.WriteInt32LittleEndian(ids.AsSpan(i * sizeof(int)), union.TypeIds[i]);
        return FlatNode.Vector(ids, sizeof(int), sizeof(int));
    }
}
