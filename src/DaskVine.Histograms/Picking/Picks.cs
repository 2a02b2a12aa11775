using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Picking;

internal sealed class BinPick(Index bin) : Pick
{
    internal override AxisMap Map(Axis axis)
    {
        var at = bin.GetOffset(axis.Size);
        if ((uint)at >= (uint)axis.Size)
            throw new HistogramException($"There is no bin {bin} on {axis.Title(0)}, which has {axis.Size}.");
        return Only(axis, at);
    }

    /// <summary>One bin, underflow or overflow is kept, and the axis is gone.</summary>
    internal static AxisMap Only(Axis axis, int bin)
    {
        var slots = new int[axis.Extent];
        Array.Fill(slots, -1);
        slots[axis.SlotOf(bin)] = 0;
        return new AxisMap(Axis: null, slots);
    }
}

internal sealed class LocPick(Func<Axis, int> find, string text) : Pick
{
    internal override AxisMap Map(Axis axis) => BinPick.Only(axis, Known(axis, find(axis), text));

    /// <summary>A bin, if it is one.</summary>
    internal static int Known(Axis axis, int bin, string text) =>
        (uint)bin < (uint)axis.Size ? bin : throw new HistogramException($"No bin of {axis.Title(0)} holds {text}.");
}

internal sealed class FlowPick(bool isOverflow) : Pick
{
    internal override AxisMap Map(Axis axis)
    {
        if (isOverflow ? !axis.HasOverflow : !axis.HasUnderflow)
            throw new HistogramException($"The {axis.Title(0)} has no {(isOverflow ? "overflow" : "underflow")}.");
        return BinPick.Only(axis, isOverflow ? axis.Size : -1);
    }
}

internal sealed class SumPick(Range? bins = null) : Pick
{
    internal override AxisMap Map(Axis axis)
    {
        if (bins is not { } range)
            return AxisMap.Sum(axis);
        var (first, end) = RangePick.Ends(axis, range);
        var slots = new int[axis.Extent];
        Array.Fill(slots, -1);
        slots.AsSpan(axis.SlotOf(first), end - first).Clear();
        return new AxisMap(Axis: null, slots);
    }
}

internal sealed class RangePick(Range bins, int merged) : Pick
{
    internal override AxisMap Map(Axis axis)
    {
        if (merged == 1 && bins.Equals(Range.All))
            return new AxisMap(axis, AxisMap.Same(axis));
        var (first, end) = Ends(axis, bins);
        return Map(axis, first, end, merged);
    }

    /// <summary>First bin and end of a range of at least one bin.</summary>
    internal static (int First, int End) Ends(Axis axis, Range bins)
    {
        var (first, end) = (bins.Start.GetOffset(axis.Size), bins.End.GetOffset(axis.Size));
        return first >= 0 && first < end && end <= axis.Size
            ? (first, end)
            : throw new HistogramException($"There is no bin in {bins} on {axis.Title(0)}, which has {axis.Size}.");
    }

    internal static AxisMap Map(Axis axis, int first, int end, int merged)
    {
        if (merged < 1 || merged > end - first)
            throw new HistogramException($"The {end - first} bins of {axis.Title(0)} cannot be merged by {merged}.");
        if (axis is ICategoryAxis && merged == 1)
            return CategoriesPick.Map(axis, [.. Enumerable.Range(first, end - first)]);
        end -= (end - first) % merged;
        if (axis is not NumericAxis numeric || numeric.Part(first, end, merged) is not { } part)
        {
            throw new HistogramException(
                $"The {axis.Title(0)} ({axis.Kind}) cannot be {(merged > 1 ? "merged" : "cut")}. Pick a bin, or the sum of some.");
        }

        var slots = new int[axis.Extent];
        for (var bin = -1; bin <= axis.Size; bin++)
        {
            if (axis.SlotOf(bin) is >= 0 and var slot)
                slots[slot] = part.SlotOf(bin < first ? -1 : bin >= end ? part.Size : (bin - first) / merged);
        }

        return new AxisMap(part, slots);
    }
}

internal sealed class LocRangePick(double? from, double? to) : Pick
{
    internal override AxisMap Map(Axis axis)
    {
        if (axis is not NumericAxis)
            throw new HistogramException($"The {axis.Title(0)} ({axis.Kind}) has no ranges of values. Pick categories or bins.");
        var first = from is { } low ? Math.Max(axis.Index(low), 0) : 0;
        var end = to is { } high ? axis.Index(high) : axis.Size;
        return first < end && end <= axis.Size
            ? RangePick.Map(axis, first, end, merged: 1)
            : throw new HistogramException($"No whole bin of {axis.Title(0)} lies from {from} to {to}.");
    }
}

internal sealed class CategoriesPick(Func<Axis, int[]> find) : Pick
{
    internal override AxisMap Map(Axis axis) => Map(axis, find(axis));

    /// <summary>Some bins in this order, the others in the overflow.</summary>
    internal static AxisMap Map(Axis axis, int[] bins)
    {
        if (axis is not ICategoryAxis category)
            throw new HistogramException($"The {axis.Title(0)} ({axis.Kind}) has no categories.");
        var part = category.Take(bins);
        var slots = new int[axis.Extent];
        Array.Fill(slots, part.SlotOf(part.Size));
        for (var i = 0; i < bins.Length; i++)
            slots[axis.SlotOf(bins[i])] = i;
        return new AxisMap(part, slots);
    }
}
