using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Lays out the columns of one batch: a node and the buffers for each array, in order.</summary>
internal sealed class BatchEncoder(int alignment)
{
    private readonly List<byte> _nodes = [];
    private readonly List<byte> _places = [];
    private readonly List<ReadOnlyMemory<byte>> _buffers = [];

    internal long BodyLength { get; private set; }

    internal void Add(ArrowArray array)
    {
        ArrayData data = array.Data;
        AddPair(_nodes, data.Length, array.NullCount);
        if (data.Type is NullType)
            return;
        if (data.Type is not UnionType)
            AddBuffer(array.NullCount == 0 ? default : Bits.Aligned(data.Validity, data.BitOffset, data.Length));
        switch (data.Type)
        {
            case BooleanType:
                AddBuffer(Bits.Aligned(data.Buffers[1], data.BitOffset, data.Length));
                break;
            case Utf8Type or BinaryType:
                Offsets ends = Offsets.Of(data);
                AddBuffer(ends.FromZero());
                AddBuffer(data.Buffers[2][ends.First..ends.Last]);
                break;
            case ListType or MapType:
                Offsets offsets = Offsets.Of(data);
                AddBuffer(offsets.FromZero());
                Add(data.Children[0].Slice(offsets.First, offsets.Last - offsets.First));
                break;
            default:
                foreach (ReadOnlyMemory<byte> buffer in data.Buffers.AsSpan(1))
                    AddBuffer(buffer);
                foreach (ArrowArray child in data.Children)
                    Add(child);
                break;
        }
    }

    /// <summary>One large binary of so many bytes, which come after the body.</summary>
    internal void AddRow(long length)
    {
        AddPair(_nodes, 1, 0);
        AddBuffer(default);
        var offsets = new byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(offsets.AsSpan(sizeof(long)), length);
        AddBuffer(offsets);
        AddPair(_places, BodyLength, length);
        BodyLength += length + Padding(length);
    }

    /// <summary>The metadata of the batch.</summary>
    internal FlatTableNode Header(int length) => new FlatTableNode()
        .Int64(Slots.BatchLength, length)
        .Child(Slots.BatchNodes, FlatNode.Vector([.. _nodes], 16, 8))
        .Child(Slots.BatchBuffers, FlatNode.Vector([.. _places], 16, 8));

    /// <summary>The body: every buffer, padded.</summary>
    internal void WriteBody(PieceList pieces)
    {
        foreach (ReadOnlyMemory<byte> buffer in _buffers)
        {
            pieces.Add(buffer);
            pieces.Pad(Padding(buffer.Length));
        }
    }

    private long Padding(long length) => -length & (alignment - 1);

    private void AddBuffer(ReadOnlyMemory<byte> buffer)
    {
        AddPair(_places, BodyLength, buffer.Length);
        _buffers.Add(buffer);
        BodyLength += buffer.Length + Padding(buffer.Length);
    }

    private static void AddPair(List<byte> pairs, long first, long second)
    {
        Span<byte> pair = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(pair, first);
        BinaryPrimitives.WriteInt64LittleEndian(pair[8..], second);
        pairs.AddRange(pair);
    }
}
