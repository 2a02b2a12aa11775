using System.Buffers;

namespace DaskVine.Arrow;

/// <summary>Batches of the same columns.</summary>
public sealed class ArrowTable
{
    /// <summary>Makes a table of batches.</summary>
    /// <exception cref="ArgumentException">A batch has other columns than the schema.</exception>
    public ArrowTable(Schema schema, IReadOnlyList<RecordBatch> batches)
    {
        foreach (RecordBatch batch in batches)
            Ipc.BatchSchemas.Expect(schema, batch);
        Schema = schema;
        Batches = batches;
    }

    /// <summary>The names and types of the columns, and the table's metadata.</summary>
    public Schema Schema { get; }

    /// <summary>The rows, in order.</summary>
    public IReadOnlyList<RecordBatch> Batches { get; }

    /// <summary>How many rows there are.</summary>
    public long RowCount => Batches.Sum(batch => (long)batch.Length);

    /// <summary>Makes a table of one batch from named columns of equal length.</summary>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public static ArrowTable Of(params (string Name, ArrowArray Values)[] columns) => Of(Metadata.Empty, columns);

    /// <summary>Makes a table of one batch from named columns of equal length, and metadata.</summary>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public static ArrowTable Of(Metadata metadata, params (string Name, ArrowArray Values)[] columns)
    {
        var schema = new Schema([.. columns.Select(column => new Field(column.Name, column.Values.Type))], metadata);
        int length = columns.Length == 0 ? 0 : columns[0].Values.Length;
        return new ArrowTable(schema, [new RecordBatch(schema, length, [.. columns.Select(column => column.Values)])]);
    }

    /// <summary>Reads a whole stream. Columns are views over the given bytes, which must not change.</summary>
    /// <exception cref="ArrowFormatException">The stream is malformed.</exception>
    public static ArrowTable ReadStream(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ArrowStreamReader(bytes);
        var batches = new List<RecordBatch>();
        while (reader.ReadBatch() is RecordBatch batch)
            batches.Add(batch);
        return new ArrowTable(reader.Schema, batches);
    }

    /// <summary>Reads a whole file. Columns are views over the given bytes, which must not change.</summary>
    /// <exception cref="ArrowFormatException">The file is malformed.</exception>
    public static ArrowTable ReadFile(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ArrowFileReader(bytes);
        return new ArrowTable(reader.Schema, [.. Enumerable.Range(0, reader.BatchCount).Select(reader.ReadBatch)]);
    }

    /// <summary>The parts of a column, one for each batch.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public IReadOnlyList<ArrowArray> Column(string name)
    {
        int index = Schema.Require(name);
        return [.. Batches.Select(batch => batch.Columns[index])];
    }

    /// <summary>A column as one array; copied when there are several batches.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public ArrowArray Combined(string name)
    {
        IReadOnlyList<ArrowArray> parts = Column(name);
        return parts.Count == 0 ? ArrowArray.Empty(Schema.Fields[Schema.Require(name)].Type) : ArrowArray.Concatenate(parts);
    }

    /// <summary>The table as pieces of a stream, to be sent one after another. Large buffers are not copied.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> StreamPieces(ArrowWriteOptions? options = null)
    {
        var writer = new ArrowStreamWriter(Schema, options);
        foreach (RecordBatch batch in Batches)
        {
            foreach (ReadOnlyMemory<byte> piece in writer.Write(batch))
                yield return piece;
        }
        foreach (ReadOnlyMemory<byte> piece in writer.End())
            yield return piece;
    }

    /// <summary>The table as pieces of a file, to be written one after another. Large buffers are not copied.</summary>
    /// <exception cref="InvalidOperationException">A dictionary differs between batches in another way than by growing.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> FilePieces(ArrowWriteOptions? options = null)
    {
        var writer = new ArrowFileWriter(Schema, options);
        foreach (RecordBatch batch in Batches)
        {
            foreach (ReadOnlyMemory<byte> piece in writer.Write(batch))
                yield return piece;
        }
        foreach (ReadOnlyMemory<byte> piece in writer.End())
            yield return piece;
    }

    /// <summary>The table as a stream.</summary>
    public byte[] ToStream(ArrowWriteOptions? options = null) => Join([.. StreamPieces(options)]);

    /// <summary>The table as a file.</summary>
    /// <exception cref="InvalidOperationException">A dictionary differs between batches in another way than by growing.</exception>
    public byte[] ToFile(ArrowWriteOptions? options = null) => Join([.. FilePieces(options)]);

    /// <summary>Writes the table as a stream.</summary>
    public void WriteStream(IBufferWriter<byte> target, ArrowWriteOptions? options = null)
    {
        foreach (ReadOnlyMemory<byte> piece in StreamPieces(options))
            target.Write(piece.Span);
    }

    /// <summary>Writes the table as a file.</summary>
    /// <exception cref="InvalidOperationException">A dictionary differs between batches in another way than by growing.</exception>
    public void WriteFile(IBufferWriter<byte> target, ArrowWriteOptions? options = null)
    {
        foreach (ReadOnlyMemory<byte> piece in FilePieces(options))
            target.Write(piece.Span);
    }

    private static byte[] Join(List<ReadOnlyMemory<byte>> pieces)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)pieces.Sum(piece => (long)piece.Length)));
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            piece.Span.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        }
        return bytes;
    }
}
