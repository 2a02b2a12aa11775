using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Axes;

/// <summary>Bins of one width between two numbers.</summary>
/// <remarks>
/// <para>
/// The bin of x is found as Boost.Histogram finds it: z = (x - start) / (stop - start), and the bin is floor(z * bins) for
/// 0 ≤ z &lt; 1, the underflow for z &lt; 0, and the overflow for all else: z ≥ 1, +∞ and NaN. So bins are half-open, [low, high),
/// and x = stop lies in the overflow. An axis without an overflow cell takes x = stop into its last bin, and drops what is above, and NaN.
/// </para>
/// <para>
/// numpy.histogram differs: its last bin always holds stop, it drops NaN and whatever lies outside, and next to an inner edge it decides by
/// comparing with the rounded edge, where this axis decides by z.
/// </para>
/// </remarks>
public sealed class RegularAxis : NumericAxis
{
    private readonly double _width;

    /// <summary>Makes an axis of `bins` bins from `start` to `stop`.</summary>
    /// <exception cref="HistogramException">There are no bins, or the range is empty, reversed or not finite.</exception>
    public RegularAxis(
        int bins, double start, double stop, string name = "", string label = "", bool underflow = true, bool overflow = true)
        : base(name, label, underflow, overflow)
    {
        if (bins <= 0)
            throw new HistogramException($"A regular axis needs at least one bin, not {bins}.");
        if (!(start < stop) || !double.IsFinite(stop - start))
            throw new HistogramException($"A regular axis needs a finite range with start < stop, not from {start} to {stop}.");
        Size = bins;
        Start = start;
        Stop = stop;
        _width = stop - start;
    }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <summary>Where the first bin begins.</summary>
    public double Start { get; }

    /// <summary>Where the last bin ends.</summary>
    public double Stop { get; }

    internal override string Kind => "regular";

    private protected override string Taken => "numbers";

    /// <inheritdoc/>
    public override int Index(double value)
    {
        var z = (value - Start) / _width;
        if (z < 1)
            return z >= 0 ? (int)(z * Size) : -1;
        return z == 1 && !HasOverflow ? Size - 1 : Size;
    }

    /// <inheritdoc/>
    public override double Edge(int bin)
    {
        var z = (double)bin / Size;
        return bin == Size ? Stop : ((1 - z) * Start) + (z * (Start + _width));
    }

    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        if (column.Type == ColumnType.String)
            throw Refused(column.TypeName);
        var buffer = column.Type == ColumnType.Double ? default : stackalloc double[slots.Length];
        var values = column.Doubles(first, slots.Length, buffer);
        new RegularKernel(Start, _width, Size, HasUnderflow, HasOverflow).FindSlots(values, slots);
    }

    internal override NumericAxis Part(int first, int end, int merged) =>
        new RegularAxis((end - first) / merged, Edge(first), Edge(end), Name, Label, HasUnderflow, HasOverflow);

    internal override bool HasSameBins(Axis other) =>
        other is RegularAxis axis && Size == axis.Size && Start == axis.Start && Stop == axis.Stop;
}
