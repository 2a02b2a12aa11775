using System.Buffers.Binary;
using System.Text.Json;
using DaskVine.Arrow;

namespace DaskVine.Values.Columns;

/// <summary>
/// Reads Python's tuples, lists and dictionaries: their shape is JSON, and what is large is in columns. Tuples and lists are arrays here.
/// </summary>
internal static class TreeReader
{
    public static object? Read(JsonElement node, IReadOnlyList<ArrowArray> columns, string what) => node.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => node.GetString(),
        JsonValueKind.Number => Number(node),
        JsonValueKind.Array => Items(node, columns, what),
        _ => Described(node, columns, what),
    };

    private static object Number(JsonElement node)
    {
        // A float is one by its point or exponent.
        if (node.TryGetInt64(out var signed))
            return signed;
        return node.TryGetUInt64(out var unsigned) ? unsigned : node.GetDouble();
    }

    private static object?[] Items(JsonElement node, IReadOnlyList<ArrowArray> columns, string what) =>
        [.. node.EnumerateArray().Select(item => Read(item, columns, what))];

    private static object? Described(JsonElement node, IReadOnlyList<ArrowArray> columns, string what)
    {
        if (node.TryGetProperty("tuple", out var items))
            return Read(items, columns, what);
        if (node.TryGetProperty("dict", out var dictionary))
            return Dictionary(Parts(dictionary[0], columns, what), Parts(dictionary[1], columns, what), what);
        if (node.TryGetProperty("float", out var bits))
            return BinaryPrimitives.ReadDoubleLittleEndian(Convert.FromHexString(bits.GetString()!));
        var column = columns[node.GetProperty("column").GetInt32()];
        JsonElement? detail = node.TryGetProperty("detail", out var known) ? known : null;
        var kind = node.TryGetProperty("kind", out var named) ? named.GetString() : null;
        if (!node.TryGetProperty("rows", out _))
            return ColumnReader.Natural(kind, detail, [new Field("value", column.Type)], [column], what);
        var item = ((VariableListArray)column).GetList(0);
        if (kind is null)
            return new ArrayValue(new Field("item", item.Type), item, null).Natural();
        return item is StructArray
            ? ColumnReader.Natural(kind, detail, item.Type.Children, item.Children, what)
            : ColumnReader.Natural(kind, detail, [new Field("item", item.Type)], [item], what);
    }

    private static Array Parts(JsonElement node, IReadOnlyList<ArrowArray> columns, string what) => (Array)Read(node, columns, what)!;

    private static Dictionary<string, object?> Dictionary(Array keys, Array items, string what)
    {
        var dictionary = new Dictionary<string, object?>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys.GetValue(i) as string
                ?? throw new ValueException($"{what} is given a dictionary with the key {keys.GetValue(i)}; .NET takes strings");
            dictionary[key] = items.GetValue(i);
        }

        return dictionary;
    }
}
