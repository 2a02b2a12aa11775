using System.Text;
using System.Text.Json;

namespace DaskVine.Arrow.Tests.Golden;

/// <summary>The values of columns as Arrow's integration JSON tells them, in the words of <see cref="ArrowText"/>.</summary>
internal sealed class GoldenColumns(JsonElement document)
{
    /// <summary>Every column's values, batch by batch.</summary>
    internal List<List<string[]>> Batches()
    {
        JsonElement fields = document.GetProperty("schema").GetProperty("fields");
        return [.. document.GetProperty("batches").EnumerateArray().Select(batch => Columns(fields, batch.GetProperty("columns")))];
    }

    private List<string[]> Columns(JsonElement fields, JsonElement columns) =>
        [.. fields.EnumerateArray().Zip(columns.EnumerateArray(), Rows)];

    private string[] Rows(JsonElement field, JsonElement column)
    {
        int count = column.GetProperty("count").GetInt32();
        Func<int, string> value = field.TryGetProperty("dictionary", out JsonElement dictionary)
            ? Looked(field, dictionary.GetProperty("id").GetInt64(), column)
            : Values(field, column);
        JsonElement[]? valid = column.TryGetProperty("VALIDITY", out JsonElement bits) ? [.. bits.EnumerateArray()] : null;
        bool isNull = field.GetProperty("type").GetProperty("name").GetString() == "null";
        return [.. Enumerable.Range(0, count).Select(row => isNull || valid?[row].GetInt32() == 0 ? "null" : value(row))];
    }

    private Func<int, string> Looked(JsonElement field, long id, JsonElement column)
    {
        JsonElement data = document.GetProperty("dictionaries").EnumerateArray().Single(entry => entry.GetProperty("id").GetInt64() == id);
        var plain = new Dictionary<string, JsonElement>(field.EnumerateObject().Where(part => part.Name != "dictionary").Select(part =>
            KeyValuePair.Create(part.Name, part.Value)));
        string[] values = Rows(JsonSerializer.SerializeToElement(plain), data.GetProperty("data").GetProperty("columns")[0]);
        JsonElement[] indices = [.. column.GetProperty("DATA").EnumerateArray()];
        return row => values[indices[row].GetInt32()];
    }

    private Func<int, string> Values(JsonElement field, JsonElement column)
    {
        JsonElement type = field.GetProperty("type");
        JsonElement[] data = Elements(column, "DATA");
        long[] offsets = [.. Elements(column, "OFFSET").Select(offset => long.Parse(offset.ToString()))];
        bool isNested = column.TryGetProperty("children", out JsonElement inner);
        List<string[]> children = isNested ? Columns(field.GetProperty("children"), inner) : [];
        switch (type.GetProperty("name").GetString())
        {
            case "list" or "largelist" or "map":
                return row => $"[{string.Join(',', children[0][(int)offsets[row]..(int)offsets[row + 1]])}]";
            case "fixedsizelist":
                int size = type.GetProperty("listSize").GetInt32();
                return row => $"[{string.Join(',', children[0][(row * size)..((row + 1) * size)])}]";
            case "struct":
                return row => $"{{{string.Join(',', children.Select(child => child[row]))}}}";
            case "union":
                int[] typeIds = [.. type.GetProperty("typeIds").EnumerateArray().Select(id => id.GetInt32())];
                int[] ids = [.. Elements(column, "TYPE_ID").Select(id => id.GetInt32())];
                return row => $"{ids[row]}:{children[Array.IndexOf(typeIds, ids[row])][offsets.Length > 0 ? (int)offsets[row] : row]}";
            default:
                return row => Scalar(type, data[row]);
        }
    }

    private static JsonElement[] Elements(JsonElement column, string name) =>
        column.TryGetProperty(name, out JsonElement elements) ? [.. elements.EnumerateArray()] : [];

    private static string Scalar(JsonElement type, JsonElement value) => type.GetProperty("name").GetString() switch
    {
        "bool" => value.ToString() is "True" or "1" ? "true" : "false",
        "floatingpoint" => type.GetProperty("precision").GetString() switch
        {
            "HALF" => ArrowText.Float((double)(Half)value.GetDouble()),
            "SINGLE" => ArrowText.Float((float)value.GetDouble()),
            _ => ArrowText.Float(value.GetDouble()),
        },
        "utf8" or "largeutf8" => ArrowText.Utf8(Encoding.UTF8.GetBytes(value.GetString()!)),
        "binary" or "largebinary" or "fixedsizebinary" => ArrowText.Binary(Convert.FromHexString(value.GetString()!)),
        "interval" when value.ValueKind == JsonValueKind.Object =>
            string.Join('/', value.EnumerateObject().Select(part => part.Value.ToString())),
        _ => value.ToString(),
    };
}
