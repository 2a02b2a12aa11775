using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow;

/// <summary>Writes an IPC file batch after batch, as pieces to be written one after another. Large buffers are not copied.</summary>
public sealed class ArrowFileWriter
{
    private readonly Schema _schema;
    private readonly MessageWriter _writer;
    private readonly DictionaryTracker _dictionaries = new(mayReplace: false);
    private readonly List<Block> _dictionaryBlocks = [];
    private readonly List<Block> _batchBlocks = [];

    /// <summary>Begins a file with its schema; the first pieces carry it.</summary>
    /// <exception cref="ArrowFormatException">A type of the schema cannot be.</exception>
    public ArrowFileWriter(Schema schema, ArrowWriteOptions? options = null)
    {
        _schema = schema;
        _writer = new MessageWriter(options ?? ArrowWriteOptions.Default);
        FileLayout.Magic.CopyTo(_writer.Pieces.Take(FileLayout.Head));
        _writer.WriteSchema(schema);
    }

    /// <summary>The pieces of one batch, and of what has to come before it.</summary>
    /// <exception cref="ArgumentException">The batch has another schema.</exception>
    /// <exception cref="InvalidOperationException">A dictionary changed in another way than by growing.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Write(RecordBatch batch)
    {
        BatchSchemas.Expect(_schema, batch);
        foreach (DictionaryPart part in _dictionaries.Before(batch))
            _dictionaryBlocks.Add(_writer.WriteDictionary(part));
        _batchBlocks.Add(_writer.WriteBatch(batch));
        return _writer.Pieces.Release();
    }

    /// <summary>The pieces that end the file.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> End()
    {
        _writer.WriteEnd();
        byte[] footer = FlatBuilder.Build(new FlatTableNode()
            .Int16(Slots.FooterVersion, (int)MetadataVersion.V5)
            .Child(Slots.FooterSchema, SchemaEncoder.Encode(_schema))
            .Child(Slots.FooterDictionaries, Blocks(_dictionaryBlocks))
            .Child(Slots.FooterBatches, Blocks(_batchBlocks)));
        _writer.Pieces.Add(footer);
        BinaryPrimitives.WriteInt32LittleEndian(_writer.Pieces.Take(sizeof(int)), footer.Length);
        FileLayout.Magic.CopyTo(_writer.Pieces.Take(FileLayout.Magic.Length));
        return _writer.Pieces.Release();
    }

    private static FlatNode Blocks(List<Block> blocks)
    {
        byte[] bytes = new byte[blocks.Count * FileLayout.BlockSize];
        for (int i = 0; i < blocks.Count; i++)
        {
            Span<byte> block = bytes.AsSpan(i * FileLayout.BlockSize);
            BinaryPrimitives.WriteInt64LittleEndian(block, blocks[i].Offset);
            BinaryPrimitives.WriteInt32LittleEndian(block[8..], blocks[i].MetadataLength);
            BinaryPrimitives.WriteInt64LittleEndian(block[16..], blocks[i].BodyLength);
        }
        return FlatNode.Vector(bytes, FileLayout.BlockSize, 8);
    }
}
