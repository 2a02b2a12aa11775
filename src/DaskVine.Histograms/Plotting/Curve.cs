using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Plotting;

/// <summary>What a plot of one axis draws: bins with finite ends, their values, and what to write beside them.</summary>
internal sealed class Curve
{
    private Curve(Axis axis, double[] edges, double[] values, double[]? errors)
    {
        Axis = axis;
        Edges = edges;
        Values = values;
        Errors = errors;
    }

    internal Axis Axis { get; }

    /// <summary>Where bins begin and end; categories are one wide.</summary>
    internal double[] Edges { get; }

    internal double[] Values { get; }

    /// <summary>Standard deviations; null when they are not known.</summary>
    internal double[]? Errors { get; }

    internal bool HasNames => Axis is not NumericAxis;

    /// <summary>The end of the scale of values: 0 is the other one, unless values are below it.</summary>
    internal double Top => Math.Max(Values.Where(double.IsFinite).DefaultIfEmpty(0).Max(), 0) is > 0 and var top ? top : 1;

    internal double Foot => Math.Min(Values.Where(double.IsFinite).DefaultIfEmpty(0).Min(), 0);

    internal static Curve Of(Hist hist)
    {
        var axis = hist.Axes[0];
        return new Curve(axis, FiniteEdges(axis), hist.Values(), hist.Variances()?.Select(Math.Sqrt).ToArray());
    }

    /// <summary>The edges of an axis, where an infinite one is as far out as the bin beside it is wide.</summary>
    internal static double[] FiniteEdges(Axis axis)
    {
        if (axis is not NumericAxis numeric)
            return [.. Enumerable.Range(0, axis.Size + 1).Select(bin => (double)bin)];
        var edges = numeric.Edges();
        if (double.IsInfinity(edges[0]))
            edges[0] = edges.Length > 2 && double.IsFinite(edges[2]) ? edges[1] - (edges[2] - edges[1]) : double.IsFinite(edges[1]) ? edges[1] - 1 : 0;
        if (double.IsInfinity(edges[^1]))
            edges[^1] = edges.Length > 2 ? edges[^2] + (edges[^2] - edges[^3]) : edges[^2] + 1;
        return edges;
    }

    /// <summary>What the axis shows, in words.</summary>
    internal static string Title(Axis axis) => axis.Label.Length > 0 ? axis.Label : axis.Name;
}
