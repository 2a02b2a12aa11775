using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Axes;

/// <summary>Bins between edges of any distance.</summary>
/// <remarks>
/// Bins are half-open, [low, high), as in Boost.Histogram: x equal to the last edge, +∞ and NaN lie in the overflow. An axis without
/// an overflow cell takes the last edge into its last bin. numpy.histogram's last bin always holds the last edge, and it drops NaN.
/// The first edge may be -∞ and the last +∞.
/// </remarks>
public sealed class VariableAxis : NumericAxis
{
    private readonly double[] _edges;

    /// <summary>Makes an axis of the bins between each edge and the next.</summary>
    /// <exception cref="HistogramException">There are fewer than two edges, or one is not above the edge before it.</exception>
    public VariableAxis(
        ReadOnlySpan<double> edges, string name = "", string label = "", bool underflow = true, bool overflow = true)
        : base(name, label, underflow, overflow)
    {
        if (edges.Length < 2)
            throw new HistogramException($"A variable axis needs at least two edges, not {edges.Length}.");
        for (var i = 1; i < edges.Length; i++)
        {
            if (!(edges[i - 1] < edges[i]))
                throw new HistogramException($"The edges of a variable axis must increase, but {edges[i]} comes after {edges[i - 1]}.");
        }

        _edges = edges.ToArray();
    }

    /// <inheritdoc/>
    public override int Size => _edges.Length - 1;

    internal override string Kind => "variable";

    private protected override string Taken => "numbers";

    /// <inheritdoc/>
    public override int Index(double value)
    {
        if (value == _edges[^1] && !HasOverflow)
            return Size - 1;
        var edges = 0;
        foreach (var edge in _edges)
            edges += value < edge ? 0 : 1;
        return edges - 1;
    }

    /// <inheritdoc/>
    public override double Edge(int bin) => _edges[bin];

    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        if (column.Type == ColumnType.String)
            throw Refused(column.TypeName);
        var buffer = column.Type == ColumnType.Double ? default : stackalloc double[slots.Length];
        var values = column.Doubles(first, slots.Length, buffer);
        new VariableKernel(_edges, HasUnderflow, HasOverflow).FindSlots(values, slots);
    }

    internal override NumericAxis Part(int first, int end, int merged)
    {
        var edges = new double[((end - first) / merged) + 1];
        for (var i = 0; i < edges.Length; i++)
            edges[i] = _edges[first + (i * merged)];
        return new VariableAxis(edges, Name, Label, HasUnderflow, HasOverflow);
    }

    internal override bool HasSameBins(Axis other) => other is VariableAxis axis && _edges.AsSpan().SequenceEqual(axis._edges);
}
