using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace DaskVine.Arrow.Tests.Properties;

/// <summary>Tables with values of every type, with nulls, and with columns that are cut out of longer ones.</summary>
internal sealed class RandomTables(Random random)
{
    internal static ArrowTable Make(int seed) => new RandomTables(new Random(seed)).Table();

    private ArrowTable Table()
    {
        Schema schema = RandomTypes.Schema(random);
        return new ArrowTable(schema, [.. Enumerable.Range(0, random.Next(4)).Select(_ => Batch(schema))]);
    }

    private RecordBatch Batch(Schema schema)
    {
        int length = random.Next(5) == 0 ? 0 : random.Next(1, 40);
        return new RecordBatch(schema, length, [.. schema.Fields.Select(field => Array(field.Type, length))]);
    }

    internal ArrowArray Array(ArrowType type, int length)
    {
        if (random.Next(3) != 0)
            return Whole(type, length);
        int before = random.Next(12);
        return Whole(type, before + length + random.Next(3)).Slice(before, length);
    }

    private ArrowArray Whole(ArrowType type, int length)
    {
        ReadOnlyMemory<byte> validity = random.Next(3) == 0 || type is NullType or UnionType ? default : Bytes((length + 7) / 8);
        switch (type)
        {
            case NullType:
                return new NullArray(length);
            case BooleanType:
                return ArrowArray.Create(type, length, validity, [Bytes((length + 7) / 8)]);
            case Utf8Type:
                return Variable(type, length, validity, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("aé名😀", length))), 10);
            case BinaryType:
                return Variable(type, length, validity, Bytes(length * 3), 3);
            case ListType or MapType:
                return ArrowArray.Create(type, length, validity, [Offsets(type, length, 2)], [Array(type.Children[0].Type, length * 2)]);
            case FixedSizeListType list:
                return ArrowArray.Create(type, length, validity, [], [Array(list.Item.Type, length * list.Size)]);
            case StructType:
                return ArrowArray.Create(type, length, validity, [], Children(type, length));
            case UnionType union:
                return Union(union, length);
            case DictionaryType dictionary:
                return Dictionary(dictionary, length, validity);
            default:
                return ArrowArray.Create(type, length, validity, [Bytes(length * TypeRules.Width(type))]);
        }
    }

    private ArrowArray Variable(ArrowType type, int length, ReadOnlyMemory<byte> validity, byte[] bytes, int each) =>
        ArrowArray.Create(type, length, validity, [Offsets(type, length, each), bytes]);

    /// <summary>Offsets that climb by at most that much; for text by all of it or nothing, so that no character is cut.</summary>
    private byte[] Offsets(ArrowType type, int length, int each)
    {
        bool isLarge = Arrow.Offsets.HasLarge(type);
        byte[] offsets = new byte[(length + 1) * Arrow.Offsets.Width(isLarge)];
        int last = type is Utf8Type || length == 0 ? 0 : random.Next(2);
        for (int i = 0; i <= length; i++)
        {
            if (isLarge)
                BinaryPrimitives.WriteInt64LittleEndian(offsets.AsSpan(i * 8), last);
            else
                BinaryPrimitives.WriteInt32LittleEndian(offsets.AsSpan(i * 4), last);
            if (i < length)
                last = Math.Min(length * each, last + (type is Utf8Type ? each * random.Next(2) : random.Next(each + 1)));
        }
        return offsets;
    }

    private ArrowArray[] Children(ArrowType type, int length) => [.. type.Children.Select(field => Array(field.Type, length))];

    private ArrowArray Union(UnionType type, int length)
    {
        byte[] ids = [.. Enumerable.Range(0, length).Select(_ => (byte)type.TypeIds[random.Next(type.TypeIds.Count)])];
        if (type.Mode == UnionMode.Sparse)
            return ArrowArray.Create(type, length, default, [ids], Children(type, length));
        ArrowArray[] children = [.. type.Fields.Select(field => Array(field.Type, random.Next(1, 9)))];
        int[] places = [.. ids.Select(id => random.Next(children[type.TypeIds.ToList().IndexOf(id)].Length))];
        return ArrowArray.Create(type, length, default, [ids, MemoryMarshal.AsBytes(places.AsSpan()).ToArray()], children);
    }

    private ArrowArray Dictionary(DictionaryType type, int length, ReadOnlyMemory<byte> validity)
    {
        ArrowArray values = Array(type.ValueType, random.Next(1, 9));
        byte[] indices = new byte[length * TypeRules.Width(type)];
        for (int i = 0; i < length; i++)
            Assert.True(IndexReader.TryWrite(type.IndexType, indices, i, random.Next(values.Length)));
        return ArrowArray.Create(type, length, validity, [indices], [], values);
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
