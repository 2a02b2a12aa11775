using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Writes a schema as metadata. Dictionaries are numbered in the order in which their fields are met.</summary>
internal sealed class SchemaEncoder
{
    private long _nextDictionary;

    private SchemaEncoder()
    {
    }

    internal static FlatTableNode Encode(Schema schema) => new FlatTableNode()
        .Int16(Slots.SchemaEndianness, 0)
        .Child(Slots.SchemaFields, new SchemaEncoder().Fields(schema.Fields))
        .Child(Slots.SchemaMetadata, Pairs(schema.Metadata));

    private FlatNode Fields(IReadOnlyList<Field> fields) => FlatNode.Tables([.. fields.Select(Encode)]);

    private FlatTableNode Encode(Field field)
    {
        TypeRules.Check(field.Type);
        ArrowType type = field.Type;
        FlatTableNode? dictionary = null;
        if (type is DictionaryType encoded)
        {
            type = encoded.ValueType;
            dictionary = new FlatTableNode()
                .Int64(Slots.DictionaryId, _nextDictionary++)
                .Child(Slots.DictionaryIndexType, TypeEncoder.Integer(encoded.IndexType))
                .Boolean(Slots.DictionaryIsOrdered, encoded.IsOrdered);
        }
        (TypeNumber number, FlatTableNode table) = TypeEncoder.Encode(type);
        return new FlatTableNode()
            .Child(Slots.FieldName, FlatNode.Text(field.Name))
            .Boolean(Slots.FieldNullable, field.Nullable)
            .Byte(Slots.FieldTypeNumber, (byte)number)
            .Child(Slots.FieldType, table)
            .Child(Slots.FieldDictionary, dictionary)
            .Child(Slots.FieldChildren, Fields(type.Children))
            .Child(Slots.FieldMetadata, Pairs(field.Metadata));
    }

    private static FlatNode? Pairs(Metadata metadata) => metadata.Count == 0 ? null : FlatNode.Tables(
        [.. metadata.Select(pair => new FlatTableNode().Child(0, FlatNode.Text(pair.Key)).Child(1, FlatNode.Text(pair.Value)))]);
}
