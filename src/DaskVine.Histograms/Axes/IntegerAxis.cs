using System.Runtime.CompilerServices;

namespace DaskVine.Histograms.Axes;

/// <summary>A bin for each whole number from a first to before an end. It takes whole numbers and bools only, as Boost.Histogram does.</summary>
public sealed class IntegerAxis : NumericAxis
{
    /// <summary>Makes an axis with a bin for each of start, start + 1, … stop - 1.</summary>
    /// <exception cref="HistogramException">There is no bin.</exception>
    public IntegerAxis(int start, int stop, string name = "", string label = "", bool underflow = true, bool overflow = true)
        : base(name, label, underflow, overflow)
    {
        if (start >= stop || (long)stop - start > int.MaxValue - 2)
            throw new HistogramException($"An integer axis needs start < stop, and less than 2^31 bins, not from {start} to {stop}.");
        Start = start;
        Stop = stop;
    }

    /// <summary>The number of the first bin.</summary>
    public int Start { get; }

    /// <summary>The number after that of the last bin.</summary>
    public int Stop { get; }

    /// <inheritdoc/>
    public override int Size => Stop - Start;

    internal override string Kind => "integer";

    private protected override string Taken => "whole numbers";

    /// <inheritdoc/>
    public override int Index(double value) => double.IsInteger(value) ? Index((long)value) : throw Refused("double");

    /// <inheritdoc/>
    public override int Index(long value) => value < Start ? -1 : value < Stop ? (int)(value - Start) : Size;

    /// <inheritdoc/>
    public override double Edge(int bin) => (double)Start + bin;

    /// <inheritdoc/>
    public override string Describe(int bin) => bin < 0 || bin >= Size ? base.Describe(bin) : $"{Start + bin}";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        if (!column.IsWhole)
            throw Refused(column.TypeName);
        var buffer = column.Type == ColumnType.Int64 ? default : stackalloc long[slots.Length];
        var values = column.Longs(first, slots.Length, buffer);
        var (below, above, offset) = (SlotOf(-1), SlotOf(Size), HasUnderflow ? 1 : 0);
        for (var i = 0; i < slots.Length; i++)
        {
            var value = values[i];
            slots[i] = value < Start ? below : value < Stop ? (int)(value - Start) + offset : above;
        }
    }

    internal override NumericAxis? Part(int first, int end, int merged) =>
        merged == 1 ? new IntegerAxis(Start + first, Start + end, Name, Label, HasUnderflow, HasOverflow) : null;

    internal override bool HasSameBins(Axis other) => other is IntegerAxis axis && Start == axis.Start && Stop == axis.Stop;
}
