using System.Text.Json;
using DaskVine.Arrow;
using DaskVine.Values.Columns;

namespace DaskVine.Values;

/// <summary>Small values of one kind, one in each row of an Arrow stream.</summary>
public sealed class ValueRows
{
    private readonly string _kind;
    private readonly JsonElement? _detail;
    private readonly ArrowArray _column;

    private ValueRows(string kind, JsonElement? detail, ArrowArray column) => (_kind, _detail, _column) = (kind, detail, column);

    public int Count => _column.Length;

    /// <param name="stream">Values may refer to it for as long as they live.</param>
    /// <exception cref="ValueException">It is no such stream.</exception>
    public static ValueRows Read(ReadOnlyMemory<byte> stream)
    {
        try
        {
            var table = ArrowTable.ReadStream(stream);
            var kind = table.Schema.Metadata[ValueMetadata.Kind];
            if (table.Schema.Fields.Count != 1 || kind is not ("scalar" or "plain" or "pickle5"))
                throw new ValueException($"an Arrow stream of {table.Schema.Fields.Count} columns and kind '{kind}' has no small values in its rows");
            JsonElement? detail = table.Schema.Metadata[ValueMetadata.Detail] is { } text ? JsonDocument.Parse(text).RootElement : null;
            return new ValueRows(kind, detail, table.Combined(table.Schema.Fields[0].Name));
        }
        catch (Exception e) when (e is ArrowFormatException or JsonException)
        {
            throw new ValueException($"the stream of small values is malformed: {e.Message}", e);
        }
    }

    /// <summary>The value in a row.</summary>
    /// <param name="what">How messages call it.</param>
    /// <exception cref="ValueException">It does not fit, or .NET cannot read it.</exception>
    public object? Get(int row, Type wanted, string what = "the value") => ColumnReader.OfRow(_kind, _detail, _column, row, wanted, what);
}
