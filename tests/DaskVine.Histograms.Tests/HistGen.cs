using DaskVine.Histograms.Axes;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Histograms.Tests;

/// <summary>Axes and numbers that come near every edge.</summary>
internal static class HistGen
{
    internal static readonly Gen<RegularAxis> Regular =
        from bins in Gen.Frequency((5, Gen.Choose(1, 12)), (2, Gen.Choose(1, 2_000)))
        from start in Gen.Elements(0.0, -1.0, 0.1, -2.5, 1e-300, 1e15, -1e300)
        from width in Gen.Elements(1.0, 0.3, 7.0, 200.0, 1e-7, 1e300)
        from underflow in Gen.Elements(true, false)
        from overflow in Gen.Elements(true, false)
        where start + width > start
        select new RegularAxis(bins, start, start + width, "x", "", underflow, overflow);

    internal static readonly Gen<VariableAxis> Variable =
        from many in Gen.Frequency((6, Gen.Choose(2, 14)), (1, Gen.Elements(199, 200, 201, 300)))
        from gaps in Gen.Choose(1, 9).ArrayOf(many)
        from infinite in Gen.Elements(true, false, false)
        from underflow in Gen.Elements(true, false)
        from overflow in Gen.Elements(true, false)
        select new VariableAxis(Edges(gaps, infinite), "x", "", underflow, overflow);

    internal static Gen<double> Near(NumericAxis axis)
    {
        var ends = new[] { axis.Edge(0), axis.Edge(axis.Size) };
        var edge = Gen.Choose(0, axis.Size).Select(axis.Edge);
        return Gen.Frequency(
            (6, Gen.Choose(-200, 1_200).Select(part => ends[0] + ((ends[1] - ends[0]) * part / 1_000))),
            (3, edge),
            (1, edge.Select(Math.BitIncrement)),
            (1, edge.Select(Math.BitDecrement)),
            (1, Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, double.Epsilon, double.MaxValue)));
    }

    /// <summary>Weights whose sums are exact in any order.</summary>
    internal static readonly Gen<double> Weight = Gen.Choose(-64, 512).Select(part => part / 64.0);

    private static double[] Edges(int[] gaps, bool infinite)
    {
        var edges = new double[gaps.Length];
        for (var i = 1; i < edges.Length; i++)
            edges[i] = edges[i - 1] + (gaps[i] * 0.3);
        if (infinite)
            (edges[0], edges[^1]) = (double.NegativeInfinity, double.PositiveInfinity);
        return edges;
    }
}
