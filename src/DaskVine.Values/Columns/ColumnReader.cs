using System.Text.Json;
using DaskVine.Arrow;

namespace DaskVine.Values.Columns;

/// <summary>Reads values from Arrow streams.</summary>
internal static class ColumnReader
{
    /// <exception cref="ValueException">It does not fit, or .NET cannot read it.</exception>
    public static object? Read(ReadOnlyMemory<byte> bytes, Type wanted, string what)
    {
        try
        {
            return Of(ArrowTable.ReadStream(bytes), wanted, what);
        }
        catch (Exception e) when (e is ArrowFormatException or JsonException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            throw new ValueException($"{what} is given a malformed Arrow stream: {e.Message}", e);
        }
    }

    /// <summary>The value in a row of small values.</summary>
    public static object? OfRow(string kind, JsonElement? detail, ArrowArray column, int row, Type wanted, string what) => kind switch
    {
        "plain" => ValueCodec.DecodePlain(Unmarked(((BinaryArray)column).GetMemory(row)), wanted, what),
        "pickle5" => throw ValueCodec.Pickled(what),
        _ => PlainConversion.To(Scalar(detail, Cells.Get(column, row)), wanted, what),
    };

    /// <summary>A value as what the bytes say.</summary>
    public static object? Natural(string? kind, JsonElement? detail, IReadOnlyList<Field> fields, IReadOnlyList<ArrowArray> columns, string what)
    {
        switch (kind)
        {
            case "array": return new ArrayValue(fields[0], columns[0], detail).Natural();
            case "tree": return TreeReader.Read(detail!.Value.GetProperty("tree"), columns, what);
            case "scalar" or "plain" or "pickle5": return OfRow(kind, detail, columns[0], 0, typeof(object), what);
            default:
                var schema = new Schema(fields);
                return new ArrowTable(schema, [new RecordBatch(schema, columns.Count == 0 ? 0 : columns[0].Length, columns)]);
        }
    }

    private static object? Of(ArrowTable table, Type wanted, string what)
    {
        if (wanted == typeof(ArrowTable))
            return table;
        if (wanted == typeof(RecordBatch))
            return table.Batches.Count == 1 ? table.Batches[0] : Combined(table);
        if (typeof(ArrowArray).IsAssignableFrom(wanted))
            return Column(table, wanted, what);
        var kind = table.Schema.Metadata[ValueMetadata.Kind];
        using var detail = table.Schema.Metadata[ValueMetadata.Detail] is { } text ? JsonDocument.Parse(text) : null;
        // What is no array is asked for as one by who knows that it is a column.
        if (kind is "array" || (kind is null or "series" or "index" && table.Schema.Fields.Count == 1 && wanted != typeof(object)))
            return new ArrayValue(table.Schema.Fields[0], table.Combined(table.Schema.Fields[0].Name), detail?.RootElement).To(wanted, what);
        if (kind is null or "table" or "series" or "index")
            return PlainConversion.To(table, wanted, what);
        var batch = table.Batches.Count == 1 ? table.Batches[0] : throw new ValueException($"{what} is given {table.Batches.Count} batches that are no value");
        if (kind is "scalar" or "plain" or "pickle5")
        {
            return batch.Length == 1
                ? OfRow(kind, detail?.RootElement, batch.Columns[0], 0, wanted, what)
                : throw new ValueException($"{what} is given {batch.Length} values where one is to be");
        }

        return PlainConversion.To(Natural(kind, detail?.RootElement, batch.Schema.Fields, batch.Columns, what), wanted, what);
    }

    private static RecordBatch Combined(ArrowTable table)
    {
        ArrowArray[] columns = [.. table.Schema.Fields.Select(field => table.Combined(field.Name))];
        return new RecordBatch(table.Schema, columns.Length == 0 ? 0 : columns[0].Length, columns);
    }

    private static ArrowArray Column(ArrowTable table, Type wanted, string what)
    {
        if (table.Schema.Fields.Count != 1)
            throw new ValueException($"{what} takes one column, and is given a table of {table.Schema.Fields.Count}");
        var column = table.Combined(table.Schema.Fields[0].Name);
        return wanted.IsInstanceOfType(column)
            ? column
            : throw new ValueException($"{what} takes {TypeText.Of(wanted)}, and is given a column of type {column.Type}");
    }

    private static object? Scalar(JsonElement? detail, object? value)
    {
        if (detail is not { } known)
            return value;
        if (known.TryGetProperty("python", out var python) && python.GetString() == "complex")
            return Cells.Complex(value);
        return known.TryGetProperty("dtype", out var dtype) && dtype.GetString() == NumpyTypes.Boolean && value is byte flag ? flag != 0 : value;
    }

    private static ReadOnlyMemory<byte> Unmarked(ReadOnlyMemory<byte> row) => row.Span is [ValueForms.PlainMark, ..] ? row[1..] : row;
}
