using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Reads a schema out of metadata, and the ids of its dictionaries.</summary>
internal sealed class SchemaDecoder
{
    private const int Reference = 4;
    private const short LittleEndian = 0;

    // The dictionary id of every field that has one. Equal fields may have different ones, so they are told by reference.
    private readonly Dictionary<Field, long> _ids = new(ReferenceEqualityComparer.Instance);

    private SchemaDecoder()
    {
    }

    internal static DecodedSchema Decode(FlatTable schema)
    {
        if (schema.Int16(Slots.SchemaEndianness) != LittleEndian)
            throw new ArrowFormatException("Big-endian Arrow data is not supported.");
        var decoder = new SchemaDecoder();
        Field[] fields = decoder.Fields(schema, Slots.SchemaFields, 0);
        return new DecodedSchema(new Schema(fields, Pairs(schema, Slots.SchemaMetadata)), decoder._ids);
    }

    private Field[] Fields(FlatTable parent, int slot, int depth)
    {
        FlatVector tables = parent.Vector(slot, Reference);
        if (tables.Count == 0)
            return [];
        if (depth >= TypeRules.MaxDepth)
            throw new ArrowFormatException($"The Arrow schema is nested deeper than {TypeRules.MaxDepth} levels.");
        parent.Budget.Take(tables.Bytes.Length);
        var fields = new Field[tables.Count];
        for (int i = 0; i < fields.Length; i++)
            fields[i] = Decode(parent.Element(tables, i), depth);
        return fields;
    }

    private Field Decode(FlatTable table, int depth)
    {
        string name = table.Text(Slots.FieldName) ?? "";
        Field[] children = Fields(table, Slots.FieldChildren, depth + 1);
        var number = (TypeNumber)table.Byte(Slots.FieldTypeNumber);
        ArrowType type = TypeDecoder.Decode(number, table.Table(Slots.FieldType, $"the type of field \"{name}\""), children);
        TypeRules.Check(type);
        bool hasDictionary = table.TryTable(Slots.FieldDictionary, out FlatTable encoding);
        if (hasDictionary)
        {
            bool hasIndexType = encoding.TryTable(Slots.DictionaryIndexType, out FlatTable integer);
            IntType index = hasIndexType ? TypeDecoder.Integer(integer) : ArrowType.Int32;
            type = new DictionaryType(index, type, encoding.Boolean(Slots.DictionaryIsOrdered));
            TypeRules.Check(type);
        }
        var field = new Field(name, type, table.Boolean(Slots.FieldNullable), Pairs(table, Slots.FieldMetadata));
        if (hasDictionary)
            _ids.Add(field, encoding.Int64(Slots.DictionaryId));
        return field;
    }

    private static Metadata Pairs(FlatTable parent, int slot)
    {
        FlatVector tables = parent.Vector(slot, Reference);
        if (tables.Count == 0)
            return Metadata.Empty;
        parent.Budget.Take(tables.Bytes.Length);
        var pairs = new KeyValuePair<string, string>[tables.Count];
        for (int i = 0; i < pairs.Length; i++)
        {
            FlatTable pair = parent.Element(tables, i);
            pairs[i] = KeyValuePair.Create(pair.Text(0) ?? "", pair.Text(1) ?? "");
        }
        return new Metadata(pairs);
    }
}

/// <summary>A schema, and the dictionary id of each of its fields that has one.</summary>
internal sealed record DecodedSchema(Schema Schema, IReadOnlyDictionary<Field, long> DictionaryIds);
