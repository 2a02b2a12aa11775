using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;

/// <summary>Columns of equal length.</summary>
public sealed class RecordBatch
{
    /// <summary>Makes a batch of columns, one for each field of the schema.</summary>
    /// <exception cref="ArgumentException">A column does not fit the schema or the length.</exception>
    public RecordBatch(Schema schema, int length, IReadOnlyList<ArrowArray> columns)
    {
        if (columns.Count != schema.Fields.Count)
            throw new ArgumentException($"There are {columns.Count} columns for {schema.Fields.Count} fields.", nameof(columns));
        for (int i = 0; i < columns.Count; i++)
        {
            Field field = schema.Fields[i];
            if (columns[i].Length != length)
                throw new ArgumentException($"Column \"{field.Name}\" has {columns[i].Length} values, not {length}.", nameof(columns));
            if (!columns[i].Type.Equals(field.Type))
                throw new ArgumentException($"Column \"{field.Name}\" is of type {columns[i].Type}, not {field.Type}.", nameof(columns));
        }
        Schema = schema;
        Length = length;
        Columns = columns;
    }

    /// <summary>The names and types of the columns.</summary>
    public Schema Schema { get; }

    /// <summary>How many rows there are.</summary>
    public int Length { get; }

    /// <summary>The columns, in the order of the schema.</summary>
    public IReadOnlyList<ArrowArray> Columns { get; }

    /// <summary>The first column of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public ArrowArray this[string name] => Columns[Schema.Require(name)];

    /// <summary>Some of the rows, as a view.</summary>
    public RecordBatch Slice(int start, int length) => new(Schema, length, [.. Columns.Select(column => column.Slice(start, length))]);

    internal static RecordBatch Decode(Schema schema, IpcMessage message, DictionaryStore dictionaries)
    {
        var decoder = new BatchDecoder(message.Header, message, dictionaries);
        var columns = new ArrowArray[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = decoder.Column(schema.Fields[i]);
        return new RecordBatch(schema, decoder.Length, columns);
    }
}
