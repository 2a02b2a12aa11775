using System.Buffers.Binary;

namespace DaskVine.Arrow.FlatBuffers;

/// <summary>A FlatBuffers table that is yet to be written. Fields that are not added read as their default.</summary>
internal sealed class FlatTableNode : FlatNode
{
    private static readonly int[] WidestFirst = [8, 4, 2, 1];

    private readonly List<(int Slot, int Size, long Bits, FlatNode? Child)> _fields = [];
    private int _slots;

    internal FlatTableNode Byte(int slot, byte value) => Add(slot, 1, value, null);

    internal FlatTableNode Boolean(int slot, bool value) => Add(slot, 1, value ? 1 : 0, null);

    internal FlatTableNode Int16(int slot, int value) => Add(slot, 2, value, null);

    internal FlatTableNode Int32(int slot, int value) => Add(slot, 4, value, null);

    internal FlatTableNode Int64(int slot, long value) => Add(slot, 8, value, null);

    internal FlatTableNode Child(int slot, FlatNode? child) => child is null ? this : Add(slot, 4, 0, child);

    private FlatTableNode Add(int slot, int size, long bits, FlatNode? child)
    {
        _fields.Add((slot, size, bits, child));
        _slots = Math.Max(_slots, slot + 1);
        return this;
    }

    internal override int Write(FlatBuilder builder)
    {
        builder.Align(2, 0);
        int vtable = builder.Append(4 + (2 * _slots));
        // The table's own reference first, then the fields at an address that aligns the widest of them.
        builder.Align(8, 4);
        int table = builder.Append(4);
        BinaryPrimitives.WriteInt32LittleEndian(builder.At(table), table - vtable);
        foreach (int width in WidestFirst)
        {
            foreach ((int slot, int size, long bits, _) in _fields)
            {
                if (size == width)
                    WriteField(builder, vtable + 4 + (2 * slot), table, size, bits);
            }
        }
        BinaryPrimitives.WriteUInt16LittleEndian(builder.At(vtable), (ushort)(4 + (2 * _slots)));
        BinaryPrimitives.WriteUInt16LittleEndian(builder.At(vtable + 2), (ushort)(builder.Length - table));
        foreach ((int slot, _, _, FlatNode? child) in _fields)
        {
            if (child is not null)
                builder.Refer(table + BinaryPrimitives.ReadUInt16LittleEndian(builder.At(vtable + 4 + (2 * slot))), child.Write(builder));
        }
        return table;
    }

    private static void WriteField(FlatBuilder builder, int entry, int table, int size, long bits)
    {
        int at = builder.Append(size);
        WriteBits(builder.At(at), size, bits);
        BinaryPrimitives.WriteUInt16LittleEndian(builder.At(entry), (ushort)(at - table));
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
