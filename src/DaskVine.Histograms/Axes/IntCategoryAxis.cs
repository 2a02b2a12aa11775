using System.Runtime.CompilerServices;

namespace DaskVine.Histograms.Axes;

/// <summary>A bin for each of some whole numbers, in any order. An axis that grows has no overflow, as in Boost.Histogram.</summary>
public sealed class IntCategoryAxis : CategoryAxis<long>
{
    // A table is faster than a dictionary; this many entries stay in a core's own cache.
    private const long MaxTable = 1 << 12;

    private readonly long _least;
    private readonly int[]? _slots;

    /// <summary>Makes an axis. With `growth` a fill adds the categories that it meets, and there may be none at first.</summary>
    /// <exception cref="HistogramException">There is no category on an axis that does not grow, or one is there twice.</exception>
    public IntCategoryAxis(
        IEnumerable<long> categories, string name = "", string label = "", bool growth = false, bool overflow = true)
        : base(categories, name, label, growth, overflow)
    {
        if (Size == 0 || (Int128)Categories.Max() - Categories.Min() >= MaxTable)
            return;
        _least = Categories.Min();
        _slots = new int[Categories.Max() - _least + 1];
        Array.Fill(_slots, SlotOf(Size));
        for (var bin = 0; bin < Size; bin++)
            _slots[Categories[bin] - _least] = bin;
    }

    internal override string Kind => Grows ? "growing integer category" : "integer category";

    private protected override string Taken => "whole numbers";

    private protected override IComparer<long> Order => Comparer<long>.Default;

    /// <inheritdoc/>
    public override int Index(long value) => Find(value);

    /// <inheritdoc/>
    public override int Index(double value) => double.IsInteger(value) ? Find((long)value) : throw Refused("double");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        var buffer = column.Type == ColumnType.Int64 ? default : stackalloc long[slots.Length];
        var values = Whole(column).Longs(first, slots.Length, buffer);
        var unknown = SlotOf(Size);
        for (var i = 0; i < slots.Length; i++)
            slots[i] = _slots is null ? SlotOf(Find(values[i])) : FromTable(_slots, values[i], unknown);
    }

    private int FromTable(int[] table, long value, int unknown)
    {
        var place = (ulong)value - (ulong)_least;
        return place < (ulong)table.Length ? table[place] : unknown;
    }

    private protected override ReadOnlySpan<long> Read(in Column column, int rows) => Whole(column).Longs(0, rows, new long[rows]);

    private protected override IntCategoryAxis With(IEnumerable<long> categories) => new(categories, Name, Label, Grows, HasOverflow);

    private Column Whole(in Column column) => column.IsWhole ? column : throw Refused(column.TypeName);
}
