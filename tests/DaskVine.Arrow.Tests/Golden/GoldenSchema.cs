using System.Text.Json;

namespace DaskVine.Arrow.Tests.Golden;

/// <summary>A schema as Arrow's integration JSON tells it.</summary>
internal static class GoldenSchema
{
    internal static Schema Read(JsonElement schema) =>
        new([.. schema.GetProperty("fields").EnumerateArray().Select(ReadField)], Pairs(schema));

    private static Field ReadField(JsonElement field)
    {
        Field[] children = [.. field.GetProperty("children").EnumerateArray().Select(ReadField)];
        ArrowType type = ReadType(field.GetProperty("type"), children);
        if (field.TryGetProperty("dictionary", out JsonElement dictionary))
        {
            var index = (IntType)ReadType(dictionary.GetProperty("indexType"), []);
            type = new DictionaryType(index, type, dictionary.GetProperty("isOrdered").GetBoolean());
        }
        return new Field(field.GetProperty("name").GetString()!, type, field.GetProperty("nullable").GetBoolean(), Pairs(field));
    }

    private static Metadata Pairs(JsonElement holder) => holder.TryGetProperty("metadata", out JsonElement pairs)
        ? new Metadata(pairs.EnumerateArray().Select(pair =>
            KeyValuePair.Create(pair.GetProperty("key").GetString()!, pair.GetProperty("value").GetString()!)))
        : Metadata.Empty;

    private static ArrowType ReadType(JsonElement type, Field[] children)
    {
        int Number(string name) => type.GetProperty(name).GetInt32();
        string Text(string name) => type.GetProperty(name).GetString()!;
        TimeUnit Unit() => Enum.Parse<TimeUnit>(Text("unit"), ignoreCase: true);
        return Text("name") switch
        {
            "null" => ArrowType.Null,
            "bool" => ArrowType.Boolean,
            "int" => new IntType(Number("bitWidth"), type.GetProperty("isSigned").GetBoolean()),
            "floatingpoint" => Text("precision") switch { "HALF" => ArrowType.Half, "SINGLE" => ArrowType.Float, _ => ArrowType.Double },
            "utf8" => ArrowType.Utf8,
            "largeutf8" => ArrowType.LargeUtf8,
            "binary" => ArrowType.Binary,
            "largebinary" => ArrowType.LargeBinary,
            "fixedsizebinary" => new FixedSizeBinaryType(Number("byteWidth")),
            "decimal" => new DecimalType(
                Number("precision"), Number("scale"), type.TryGetProperty("bitWidth", out _) ? Number("bitWidth") : 128),
            "date" => Text("unit") == "DAY" ? ArrowType.Date32 : ArrowType.Date64,
            "time" => new TimeType(Unit()),
            "timestamp" => new TimestampType(Unit(), type.TryGetProperty("timezone", out JsonElement zone) ? zone.GetString() : null),
            "duration" => new DurationType(Unit()),
            "interval" => new IntervalType(
                Enum.Parse<IntervalUnit>(Text("unit").Replace("_", "", StringComparison.Ordinal), ignoreCase: true)),
            "list" => new ListType(children.Single()),
            "largelist" => new ListType(children.Single(), true),
            "fixedsizelist" => new FixedSizeListType(children.Single(), Number("listSize")),
            "struct" => new StructType(children),
            "map" => new MapType(children.Single(), type.GetProperty("keysSorted").GetBoolean()),
            "union" => new UnionType(
                Enum.Parse<UnionMode>(Text("mode"), ignoreCase: true),
                children,
                [.. type.GetProperty("typeIds").EnumerateArray().Select(id => id.GetInt32())]),
            string name => throw new InvalidDataException($"The golden files know no type {name}."),
        };
    }
}
