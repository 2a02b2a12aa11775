using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;


/// <summary>Reads an IPC stream batch after batch. Columns are views over the given bytes, which must not change.</summary>
public sealed class ArrowStreamReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly DictionaryStore _dictionaries;

    /// <summary>Reads the stream's schema.</summary>
    /// <exception cref="ArrowFormatException">The bytes do not begin with one.</exception>
    public ArrowStreamReader(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        if (Next() is not { Kind: MessageKind.Schema } message)
            throw new ArrowFormatException("The Arrow stream does not begin with a schema.");
        DecodedSchema schema = SchemaDecoder.Decode(message.Header);
        Schema = schema.Schema;
        _dictionaries = new DictionaryStore(schema, mayReplace: true);
    }

    /// <summary>The columns of every batch.</summary>
    public Schema Schema { get; }

    /// <summary>How many of the bytes have been read.</summary>
    public int Consumed { get; private set; }

    /// <summary>Whether the stream's end mark was read. A stream may also end without one, and so may one that was cut off.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Reads the next batch; null when there are no more.</summary>
    /// <exception cref="ArrowFormatException">The batch is malformed.</exception>
    public RecordBatch? ReadBatch()
    {
        while (Next() is IpcMessage message)
        {
            switch (message.Kind)
            {
                case MessageKind.RecordBatch:
                    return RecordBatch.Decode(Schema, message, _dictionaries);
                case MessageKind.DictionaryBatch:
                    _dictionaries.Add(message);
                    break;
                default:
                    throw new ArrowFormatException("The Arrow stream has a second schema.");
            }
        }
        return null;
    }

    private IpcMessage? Next()
    {
        if (HasEnded || Consumed == _bytes.Length)
            return null;
        (int consumed, IpcMessage? message) = IpcMessage.Read(_bytes[Consumed..]);
        Consumed += consumed;
        HasEnded = message is null;
        return message;
    }
}
