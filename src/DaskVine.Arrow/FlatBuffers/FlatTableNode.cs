using System.Buffers.Binary;

namespace DaskVine.Arrow.FlatBuffers;

/// <summary>A FlatBuffers table that is yet to be written. Fields that are not added read as their default.</summary>
internal sealed class FlatTableNode : FlatNode
{
    private readonly List<(int Slot, int Size, long Bits, FlatNode? Child)> _fields = [];

    internal FlatTableNode Byte(int slot, byte value) => Add(slot, 1, value, null);

    internal FlatTableNode Boolean(int slot, bool value) => Add(slot, 1, value ? 1 : 0, null);

    internal FlatTableNode Int16(int slot, int value) => Add(slot, 2, value, null);

    internal FlatTableNode Int32(int slot, int value) => Add(slot, 4, value, null);

    internal FlatTableNode Int64(int slot, long value) => Add(slot, 8, value, null);

    internal FlatTableNode Child(int slot, FlatNode? child) => child is null ? this : Add(slot, 4, 0, child);

    private FlatTableNode Add(int slot, int size, long bits, FlatNode? child)
    {
        _fields.Add((slot, size, bits, child));
        return this;
    }

    internal override int Write(FlatBuilder builder)
    {
        int slots = _fields.Count == 0 ? 0 : _fields.Max(field => field.Slot) + 1;
        builder.Align(2, 0);
        int vtable = builder.Append(4 + (2 * slots));
        // Widest fields first, after the table's own reference, at an address that aligns them.
        builder.Align(8, 4);
        int table = builder.Append(4);
        BinaryPrimitives.WriteInt32LittleEndian(builder.At(table), table - vtable);
        var children = new List<(int At, FlatNode Child)>();
        foreach ((int slot, int size, long bits, FlatNode? child) in _fields.OrderByDescending(field => field.Size))
        {
            int at = builder.Append(size);
            WriteBits(builder.At(at), size, bits);
            BinaryPrimitives.WriteUInt16LittleEndian(builder.At(vtable + 4 + (2 * slot)), (ushort)(at - table));
            if (child is not null)
                children.Add((at, child));
        }
        BinaryPrimitives.WriteUInt16LittleEndian(builder.At(vtable), (ushort)(4 + (2 * slots)));
        BinaryPrimitives.WriteUInt16LittleEndian(builder.At(vtable + 2), (ushort)(builder.Length - table));
        foreach ((int at, FlatNode child) in children)
            builder.Refer(at, child.Write(builder));
        return table;
    }

    private static void WriteBits(Span<byte> target, int size, long bits)
    {
        switch (size)
        {
            case 1:
                target[0] = (byte)bits;
                break;
            case 2:
                BinaryPrimitives.WriteInt16LittleEndian(target, (short)bits);
                break;
            case 4:
                BinaryPrimitives.WriteInt32LittleEndian(target, (int)bits);
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(target, bits);
                break;
        }
    }
}
