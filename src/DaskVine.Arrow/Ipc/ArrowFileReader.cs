using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;

/// <summary>Reads any batch of an IPC file. Columns are views over the given bytes, which must not change.</summary>
public sealed class ArrowFileReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly DictionaryStore _dictionaries;
    private readonly (int Offset, int MetadataLength, int BodyLength)[] _batches;

    /// <summary>Reads the file's footer and dictionaries.</summary>
    /// <exception cref="ArrowFormatException">The bytes are not a well-formed file.</exception>
    public ArrowFileReader(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        FlatTable footer = FlatTable.Root(Footer(bytes.Span));
        IpcMessage.CheckedVersion(footer.Int16(Slots.FooterVersion));
        DecodedSchema schema = SchemaDecoder.Decode(footer.Table(Slots.FooterSchema, "the footer's schema"));
        Schema = schema.Schema;
        _dictionaries = new DictionaryStore(schema, mayReplace: false);
        long used = 0;
        (int, int, int)[] dictionaries = Blocks(footer, Slots.FooterDictionaries, ref used);
        _batches = Blocks(footer, Slots.FooterBatches, ref used);
        foreach ((int, int, int) block in dictionaries)
            _dictionaries.Add(Message(block, MessageKind.DictionaryBatch));
    }

    /// <summary>The columns of every batch.</summary>
    public Schema Schema { get; }

    /// <summary>How many batches the file has.</summary>
    public int BatchCount => _batches.Length;

    /// <summary>Whether bytes begin as a file does.</summary>
    public static bool IsFile(ReadOnlySpan<byte> bytes) => bytes.StartsWith(FileLayout.Magic);

    /// <summary>Reads one batch.</summary>
    /// <exception cref="ArrowFormatException">The batch is malformed.</exception>
    public RecordBatch ReadBatch(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)BatchCount, nameof(index));
        return RecordBatch.Decode(Schema, Message(_batches[index], MessageKind.RecordBatch), _dictionaries);
    }

    private static ReadOnlySpan<byte> Footer(ReadOnlySpan<byte> bytes)
    {
        int tail = sizeof(int) + FileLayout.Magic.Length;
        if (!IsFile(bytes) || !bytes.EndsWith(FileLayout.Magic) || bytes.Length < FileLayout.Head + tail)
            throw new ArrowFormatException("An Arrow file begins and ends with \"ARROW1\"; these bytes do not.");
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[^tail..]);
        if (length <= 0 || length > bytes.Length - tail - FileLayout.Head)
            throw new ArrowFormatException($"The footer has {length} bytes in an Arrow file of {bytes.Length}.");
        return bytes.Slice(bytes.Length - tail - length, length);
    }

    /// <summary>Places of messages; together not more than the file, so that none can be asked for many times.</summary>
    private (int Offset, int MetadataLength, int BodyLength)[] Blocks(FlatTable footer, int slot, ref long used)
    {
        FlatVector vector = footer.Vector(slot, FileLayout.BlockSize);
        var blocks = new (int, int, int)[vector.Count];
        for (int i = 0; i < blocks.Length; i++)
        {
            long offset = BinaryPrimitives.ReadInt64LittleEndian(vector[i]);
            int metadata = BinaryPrimitives.ReadInt32LittleEndian(vector[i][8..]);
            long body = BinaryPrimitives.ReadInt64LittleEndian(vector[i][16..]);
            if (offset < 0 || metadata <= 0 || body < 0 || body > _bytes.Length || offset > _bytes.Length - metadata - body)
                throw new ArrowFormatException($"The footer has a message at {offset} of {metadata} and {body} bytes, outside of it.");
            used += metadata + body;
            if (used > _bytes.Length)
                throw new ArrowFormatException("The footer has messages that lie over each other.");
            blocks[i] = ((int)offset, metadata, (int)body);
        }
        return blocks;
    }

    private IpcMessage Message((int Offset, int MetadataLength, int BodyLength) block, MessageKind expected)
    {
        int length = block.MetadataLength + block.BodyLength;
        (int consumed, IpcMessage? read) = IpcMessage.Read(_bytes.Slice(block.Offset, length));
        if (read is not IpcMessage message || message.Kind != expected || consumed != length)
            throw new ArrowFormatException($"The footer says that there is a {expected} at {block.Offset}, and there is none.");
        return message;
    }
}
