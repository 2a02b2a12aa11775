using System.Diagnostics;
using System.Globalization;

namespace DaskVine.Histograms.Tests;

/// <summary>Fills beside numpy's own, on the same rows: where they agree, and where they differ by design.</summary>
public class NumpyTests
{
    private static readonly double[] Rows = [.. MakeRows()];

    [Fact]
    public void Fill_OfRegularBins_IsNumpysHistogram()
    {
        var hist = Hist.New.Reg(100, 0, 200).Int64().Fill(Rows);
        Assert.Equal(Numpy("numpy.histogram(x, 100, (0, 200))[0]"), hist.Values());
    }

    [Fact]
    public void Fill_OfEdges_IsNumpysHistogram()
    {
        double[] edges = [0, 10, 11.5, 30, 100, 170, 200.25];
        Assert.Equal(
            Numpy("numpy.histogram(x, [0, 10, 11.5, 30, 100, 170, 200.25])[0]"), Hist.New.Var(edges).Int64().Fill(Rows).Values());
    }

    [Fact]
    public void Fill_WithWeights_IsNumpysHistogram()
    {
        // Weights are multiples of 1/8, so that sums are exact in any order.
        var weight = Rows.Select((_, row) => (row % 16) / 8.0).ToArray();
        var hist = Hist.New.Reg(40, 0, 200).Weight().Fill(Rows, weight: weight);
        Assert.Equal(Numpy("numpy.histogram(x, 40, (0, 200), weights=numpy.arange(len(x)) % 16 / 8)[0]"), hist.Values());
        Assert.Equal(Numpy("numpy.histogram(x, 40, (0, 200), weights=(numpy.arange(len(x)) % 16 / 8) ** 2)[0]"), hist.Variances()!);
    }

    [Fact]
    public void Fill_OfTwoAxes_IsNumpysHistogram2d()
    {
        var hist = Hist.New.Reg(30, 0, 200).Reg(20, 0, 150).Int64().Fill(Rows, Rows.Reverse().ToArray());
        Assert.Equal(Numpy("numpy.histogram2d(x, x[::-1], (30, 20), ((0, 200), (0, 150)))[0].ravel()"), hist.Values());
    }

    [Fact]
    public void Fill_AtTheLastEdge_GoesToTheOverflowWhereNumpysLastBinHasIt()
    {
        double[] rows = [0, 1, 2, 2, 2.5, double.PositiveInfinity, double.NegativeInfinity, -1];
        const string Histogram = "numpy.histogram([0, 1, 2, 2, 2.5, numpy.inf, -numpy.inf, -1], 2, (0, 2))[0]";
        Assert.Equal([1, 3], Numpy(Histogram));
        Assert.Equal([2, 1, 1, 4], Hist.New.Reg(2, 0, 2).Int64().Fill(rows).Values(flow: true));
        Assert.Equal([1, 3], Hist.New.Reg(2, 0, 2, underflow: false, overflow: false).Int64().Fill(rows).Values(flow: true));
        Assert.Equal([1, 3], Hist.New.Var([0, 1, 2], underflow: false, overflow: false).Int64().Fill(rows).Values(flow: true));
    }

    [Fact]
    public void Fill_OfNaN_GoesToTheOverflowWhereNumpyDropsIt()
    {
        Assert.Equal([1, 0], Numpy("numpy.histogram([0.5, numpy.nan], 2, (0, 2))[0]"));
        Assert.Equal([0, 1, 0, 1], Hist.New.Reg(2, 0, 2).Int64().Fill(new[] { 0.5, double.NaN }).Values(flow: true));
        Assert.Equal([1, 0], Hist.New.Reg(2, 0, 2, overflow: false, underflow: false).Int64().Fill(new[] { 0.5, double.NaN }).Values(flow: true));
    }

    /// <summary>What numpy gives for an expression of the rows `x`.</summary>
    private static double[] Numpy(string expression)
    {
        var program = "import sys, numpy; x = numpy.array(sys.stdin.read().split(), float); print(*map(float, " + expression + "))";
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        python.StandardInput.Write(string.Join(' ', Rows.Select(row => row.ToString("R", CultureInfo.InvariantCulture))));
        python.StandardInput.Close();
        var found = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.Equal(0, python.ExitCode);
        return [.. found.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
    }

    private static IEnumerable<double> MakeRows()
    {
        var random = new Random(7);
        for (var row = 0; row < 20_000; row++)
            yield return 100 + (40 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        yield return double.NegativeInfinity;
        yield return double.PositiveInfinity;
        yield return double.NaN;
    }
}
