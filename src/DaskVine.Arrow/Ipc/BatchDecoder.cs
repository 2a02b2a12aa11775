using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Reads the columns of one batch: walks its fields in order and takes a node and the buffers for each.</summary>
internal ref struct BatchDecoder
{
    private const int PairSize = 16;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly MetadataVersion _version;
    private readonly DictionaryStore _dictionaries;
    private readonly FlatVector _nodes;
    private readonly FlatVector _buffers;
    private int _node;
    private int _buffer;

    internal BatchDecoder(FlatTable batch, IpcMessage message, DictionaryStore dictionaries)
    {
        _body = message.Body;
        _version = message.Version;
        _dictionaries = dictionaries;
        if (batch.TryTable(Slots.BatchCompression, out FlatTable compression))
            throw new ArrowFormatException($"Buffers compressed by {CodecName(compression.Byte(0))} are not supported.");
        _nodes = batch.Vector(Slots.BatchNodes, PairSize);
        _buffers = batch.Vector(Slots.BatchBuffers, PairSize);
        long length = batch.Int64(Slots.BatchLength);
        Length = length is >= 0 and <= int.MaxValue ? (int)length : throw new ArrowFormatException($"A batch has {length} rows.");
        CheckBuffers();
    }

    /// <summary>How many rows the batch has.</summary>
    internal int Length { get; }

    /// <summary>Reads the next column.</summary>
    internal ArrowArray Column(Field field)
    {
        ArrowArray column = Array(field);
        return column.Length == Length
            ? column
            : throw new ArrowFormatException($"Column \"{field.Name}\" has {column.Length} values in a batch of {Length} rows.");
    }

    private static string CodecName(byte codec) => codec switch
    {
        0 => "LZ4_FRAME",
        1 => "ZSTD",
        _ => $"codec {codec}",
    };

    // Buffers that lie over each other would let few bytes ask for much work.
    private readonly void CheckBuffers()
    {
        long total = 0;
        for (int i = 0; i < _buffers.Count; i++)
        {
            (long offset, long length) = Pair(_buffers[i]);
            if (length != 0 && (offset < 0 || length < 0 || offset > _body.Length || length > _body.Length - offset))
                throw new ArrowFormatException($"Buffer {i} of {length} bytes at {offset} lies outside of a body of {_body.Length}.");
            total += length;
        }
        if (total > _body.Length)
            throw new ArrowFormatException($"{total} bytes of buffers lie over each other in a body of {_body.Length}.");
    }

    private ArrowArray Array(Field field)
    {
        ArrowType type = field.Type;
        (int length, bool hasNulls) = NextNode(field);
        var buffers = new ReadOnlyMemory<byte>[ArrayChecker.BufferCount(type)];
        if (type is UnionType ? _version == MetadataVersion.V4 : type is not NullType)
            buffers[0] = NextBuffer();
        if (type is UnionType)
            DropValidity(hasNulls, buffers);
        else if (!hasNulls)
            buffers[0] = default;
        else if (type is not NullType && buffers[0].IsEmpty)
            throw new ArrowFormatException($"Field \"{field.Name}\" has nulls and no validity bitmap.");
        for (int i = 1; i < buffers.Length; i++)
            buffers[i] = NextBuffer();
        IReadOnlyList<Field> fields = type.Children;
        var children = new ArrowArray[fields.Count];
        for (int i = 0; i < children.Length; i++)
            children[i] = Array(fields[i]);
        DictionaryValues? dictionary = type is DictionaryType ? _dictionaries.Of(field) : null;
        return ArrayFactory.Received(new ArrayData(type, length, 0, buffers, children, dictionary));
    }

    private static void DropValidity(bool hasNulls, ReadOnlyMemory<byte>[] buffers)
    {
        if (hasNulls && !buffers[0].IsEmpty)
            throw new ArrowFormatException("A union with nulls of its own, as before Arrow 1.0, is not supported.");
        buffers[0] = default;
    }

    private (int Length, bool HasNulls) NextNode(Field field)
    {
        if (_node >= _nodes.Count)
            throw new ArrowFormatException($"A batch has no node for field \"{field.Name}\".");
        (long length, long nulls) = Pair(_nodes[_node++]);
        if (length is < 0 or > int.MaxValue || nulls > length)
            throw new ArrowFormatException($"Field \"{field.Name}\" has {length} values, {nulls} of them null.");
        // A negative count says that it is not known.
        return ((int)length, nulls > 0 || (nulls < 0 && BufferIsThere()));
    }

    private readonly bool BufferIsThere() => _buffer < _buffers.Count && Pair(_buffers[_buffer]).Second != 0;

    private ReadOnlyMemory<byte> NextBuffer()
    {
        if (_buffer >= _buffers.Count)
            throw new ArrowFormatException("A batch has fewer buffers than its schema needs.");
        (long offset, long length) = Pair(_buffers[_buffer++]);
        return length == 0 ? default : _body.Slice((int)offset, (int)length);
    }

    private static (long First, long Second) Pair(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
}
