using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DaskVine.Arrow.FlatBuffers;

/// <summary>One FlatBuffers table inside untrusted bytes: every offset is checked before it is followed.</summary>
internal readonly ref struct FlatTable
{
    private const int OffsetSize = 4;
    private const int VtableHead = 4;

    // About what reading one table allocates, against the few bytes of one that is written once.
    private const int TableCost = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly FlatBudget _budget;
    private readonly int _at;
    private readonly int _size;
    private readonly int _vtable;
    private readonly int _slots;

    private FlatTable(ReadOnlySpan<byte> bytes, FlatBudget budget, int at)
    {
        if (at < 0 || at > bytes.Length - OffsetSize)
            throw Malformed("a table lies outside of it");
        long vtable = (long)at - BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
        if (vtable < 0 || vtable > bytes.Length - VtableHead)
            throw Malformed("a table's layout lies outside of it");
        _bytes = bytes;
        _budget = budget;
        _at = at;
        _vtable = (int)vtable;
        int vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[_vtable..]);
        _size = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(_vtable + 2)..]);
        if (vtableSize < VtableHead || vtableSize % 2 != 0 || vtableSize > bytes.Length - _vtable)
            throw Malformed("a table's layout is cut off");
        if (_size < OffsetSize || _size > bytes.Length - at)
            throw Malformed("a table is cut off");
        _slots = (vtableSize - VtableHead) / 2;
        budget.Take(TableCost);
    }

    internal FlatBudget Budget => _budget;

    /// <summary>The table that the bytes start with a reference to.</summary>
    internal static FlatTable Root(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < OffsetSize)
            throw Malformed("it is shorter than a reference");
        uint at = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (at > bytes.Length)
            throw Malformed("its root lies outside of it");
        return new FlatTable(bytes, new FlatBudget(bytes.Length), (int)at);
    }

    internal bool Has(int slot) => Find(slot, 1) != 0;

    internal byte Byte(int slot, byte absent = 0) => Find(slot, 1) is int at and not 0 ? _bytes[at] : absent;

    internal bool Boolean(int slot) => Byte(slot) != 0;

    internal short Int16(int slot, short absent = 0) =>
        Find(slot, 2) is int at and not 0 ? BinaryPrimitives.ReadInt16LittleEndian(_bytes[at..]) : absent;

    internal int Int32(int slot, int absent = 0) =>
        Find(slot, 4) is int at and not 0 ? BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]) : absent;

    internal long Int64(int slot, long absent = 0) =>
        Find(slot, 8) is int at and not 0 ? BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]) : absent;

    /// <summary>Finds a table that this one refers to.</summary>
    internal bool TryTable(int slot, out FlatTable table)
    {
        int field = Find(slot, OffsetSize);
        table = field == 0 ? default : new FlatTable(_bytes, _budget, Follow(field));
        return field != 0;
    }

    /// <summary>The table that must be there.</summary>
    internal FlatTable Table(int slot, string name) =>
        TryTable(slot, out FlatTable table) ? table : throw Malformed($"{name} is absent");

    /// <summary>Text, or null where it is absent.</summary>
    internal string? Text(int slot)
    {
        FlatVector text = Vector(slot, 1);
        if (!text.Present)
            return null;
        _budget.Take(text.Bytes.Length);
        return Utf8.IsValid(text.Bytes) ? Encoding.UTF8.GetString(text.Bytes) : throw Malformed("text in it is not UTF-8");
    }

    /// <summary>A vector of that many bytes per element; empty where it is absent.</summary>
    internal FlatVector Vector(int slot, int elementSize)
    {
        int field = Find(slot, OffsetSize);
        if (field == 0)
            return default;
        int at = Follow(field);
        if (at > _bytes.Length - OffsetSize)
            throw Malformed("a vector lies outside of it");
        long length = (long)BinaryPrimitives.ReadUInt32LittleEndian(_bytes[at..]) * elementSize;
        at += OffsetSize;
        if (length > _bytes.Length - at)
            throw Malformed("a vector is cut off");
        return new FlatVector(_bytes.Slice(at, (int)length), at, elementSize);
    }

    /// <summary>The table that one element of a vector of tables refers to.</summary>
    internal FlatTable Element(FlatVector tables, int index) =>
        new(_bytes, _budget, Follow(tables.At + (index * OffsetSize)));

    internal static ArrowFormatException Malformed(string what) => new($"The Arrow metadata is malformed: {what}.");

    /// <summary>Where a field's bytes are; 0 when the table does not have it.</summary>
    private int Find(int slot, int size)
    {
        if (slot >= _slots)
            return 0;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_vtable + VtableHead + (2 * slot))..]);
        if (offset == 0)
            return 0;
        if (offset < OffsetSize || offset > _size - size)
            throw Malformed("a field lies outside of its table");
        return _at + offset;
    }

    private int Follow(int field)
    {
        long target = (long)field + BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);
        return target <= _bytes.Length ? (int)target : throw Malformed("a reference points outside of it");
    }
}
