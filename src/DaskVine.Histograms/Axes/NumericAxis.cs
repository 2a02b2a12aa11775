namespace DaskVine.Histograms.Axes;

/// <summary>An axis whose bins are ranges of numbers, side by side.</summary>
public abstract class NumericAxis : Axis
{
    private protected NumericAxis(string name, string label, bool hasUnderflow, bool hasOverflow)
        : base(name, label, hasUnderflow, hasOverflow)
    {
    }

    /// <summary>Where a bin begins; the end of the last bin is the edge of <see cref="Axis.Size"/>.</summary>
    public abstract double Edge(int bin);

    /// <summary>All edges, one more than there are bins.</summary>
    public double[] Edges()
    {
        var edges = new double[Size + 1];
        for (var i = 0; i < edges.Length; i++)
            edges[i] = Edge(i);
        return edges;
    }

    /// <summary>The middle of each bin.</summary>
    public double[] Centers()
    {
        var centers = new double[Size];
        for (var i = 0; i < centers.Length; i++)
            centers[i] = (Edge(i) + Edge(i + 1)) / 2;
        return centers;
    }

    /// <inheritdoc/>
    public override string Describe(int bin) =>
        bin < 0 ? $"below {Edge(0)}" : bin >= Size ? $"{Edge(Size)} and above" : $"[{Edge(bin)}, {Edge(bin + 1)})";

    /// <summary>The bins from `first` to before `end` as an axis of their own, each `merged` of them as one; null when this kind has no such.</summary>
    internal abstract NumericAxis? Part(int first, int end, int merged);
}
