using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;

/// <summary>
/// Writes an IPC stream batch after batch, as pieces to be sent one after another. Large buffers are not copied: a piece is a view
/// over the column that it came from.
/// </summary>
public sealed class ArrowStreamWriter
{
    private readonly Schema _schema;
    private readonly MessageWriter _writer;
    private readonly DictionaryTracker _dictionaries = new(mayReplace: true);

    /// <summary>Begins a stream with its schema; the first pieces carry it.</summary>
    /// <exception cref="ArrowFormatException">A type of the schema cannot be.</exception>
    public ArrowStreamWriter(Schema schema, ArrowWriteOptions? options = null)
    {
        _schema = schema;
        _writer = new MessageWriter(options ?? ArrowWriteOptions.Default);
        _writer.WriteSchema(schema);
    }

    /// <summary>The pieces of one batch, and of what has to come before it.</summary>
    /// <exception cref="ArgumentException">The batch has another schema.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Write(RecordBatch batch)
    {
        BatchSchemas.Expect(_schema, batch);
        foreach (DictionaryPart part in _dictionaries.Before(batch))
            _writer.WriteDictionary(part);
        _writer.WriteBatch(batch);
        return _writer.Pieces.Release();
    }

    /// <summary>The pieces that end the stream.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> End()
    {
        _writer.WriteEnd();
        return _writer.Pieces.Release();
    }
}
