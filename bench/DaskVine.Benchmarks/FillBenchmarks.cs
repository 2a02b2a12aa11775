using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using DaskVine.Histograms;

namespace DaskVine.Benchmarks;

/// <summary>
/// Fills of 10 M rows by one thread. Beside them stand the memory limit, a sum of the same arrays, and the way of Boost.Histogram: indexes
/// of 16,384 rows, then one increment after the other.
/// </summary>
public class FillBenchmarks
{
    private readonly double[] _x = FillData.X;
    private readonly double[] _y = FillData.Y;
    private readonly double[] _w = FillData.Weights;
    private readonly Hist _counts = Hist.New.Reg(100, 0, 200).Int64();
    private readonly Hist _sums = Hist.New.Reg(100, 0, 200).Double();
    private readonly Hist _weights = Hist.New.Reg(100, 0, 200).Weight();
    private readonly Hist _edges = Hist.New.Var([0, 20, 40, 50, 60, 70, 80, 90, 100, 110, 120, 140, 160, 200]).Int64();
    private readonly Hist _grid = Hist.New.Reg(40, 0, 200).Reg(40, -4, 4).Int64();
    private readonly Hist _weightedGrid = Hist.New.Reg(40, 0, 200).Reg(40, -4, 4).Double();
    private readonly Hist _largeGrid = Hist.New.Reg(400, 0, 200).Reg(400, -4, 4).Int64();
    private readonly bool[] _mask = new bool[FillData.Rows];
    private readonly float[] _floats = new float[FillData.Rows];

    /// <summary>Reads the rows, and leaves what the fills give.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        for (var i = 0; i < FillData.Rows; i++)
        {
            _mask[i] = _w[i] < 0.5;
            _floats[i] = (float)_x[i];
        }

        FillData.Write("counts", _counts.Empty().Fill(_x).Values());
        FillData.Write("sums", _sums.Empty().Fill(_x, weight: _w).Values());
        FillData.Write("variances", _weights.Empty().Fill(_x, weight: _w).Variances()!);
        FillData.Write("grid", _grid.Empty().Fill(_x, _y).Values());
        FillData.Write("weighted_grid", _weightedGrid.Empty().Fill(_x, _y, weight: _w).Values());
    }

    /// <summary>The memory limit of a fill of one column.</summary>
    [Benchmark(Baseline = true)]
    public double SumOfColumn() => Sum(_x);

    /// <summary>The memory limit of a fill of two columns, or of one with weights.</summary>
    [Benchmark]
    public double SumOfTwoColumns() => Sum(_x) + Sum(_w);

    /// <summary>One axis, counts.</summary>
    [Benchmark]
    public Hist Fill1d() => _counts.Fill(_x);

    /// <summary>One axis, counts, of floats.</summary>
    [Benchmark]
    public Hist Fill1dFloats() => _counts.Fill(_floats);

    /// <summary>One axis, counts, half of the rows.</summary>
    [Benchmark]
    public Hist Fill1dMasked() => _counts.Fill(_x, mask: _mask);

    /// <summary>One axis of 13 bins between edges, counts.</summary>
    [Benchmark]
    public Hist Fill1dEdges() => _edges.Fill(_x);

    /// <summary>One axis, sums of weights.</summary>
    [Benchmark]
    public Hist FillWeighted1d() => _sums.Fill(_x, weight: _w);

    /// <summary>One axis, sums of weights and of their squares.</summary>
    [Benchmark]
    public Hist FillWeightedVariance1d() => _weights.Fill(_x, weight: _w);

    /// <summary>Two axes of 40 bins, counts.</summary>
    [Benchmark]
    public Hist Fill2d() => _grid.Fill(_x, _y);

    /// <summary>Two axes of 400 bins, counts: more cells than are kept four times.</summary>
    [Benchmark]
    public Hist Fill2dLarge() => _largeGrid.Fill(_x, _y);

    /// <summary>Two axes of 40 bins, sums of weights.</summary>
    [Benchmark]
    public Hist FillWeighted2d() => _weightedGrid.Fill(_x, _y, weight: _w);

    /// <summary>One axis, counts, as Boost.Histogram goes about it.</summary>
    [Benchmark]
    public long FillBoostStyle()
    {
        var counts = new long[102];
        Span<int> bins = stackalloc int[1 << 14];
        for (var first = 0; first < FillData.Rows; first += bins.Length)
        {
            var rows = _x.AsSpan(first, Math.Min(bins.Length, FillData.Rows - first));
            for (var i = 0; i < rows.Length; i++)
            {
                var z = (rows[i] - 0) / 200;
                bins[i] = z < 1 ? z >= 0 ? (int)(z * 100) + 1 : 0 : 101;
            }

            foreach (var bin in bins[..rows.Length])
                counts[bin]++;
        }

        return counts[50];
    }

    private static double Sum(double[] values)
    {
        ref var first = ref MemoryMarshal.GetArrayDataReference(values);
        var (sum0, sum1, sum2, sum3) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var whole = values.Length & ~31;
        for (nuint i = 0; i < (nuint)whole; i += 32)
        {
            sum0 += Vector512.LoadUnsafe(ref first, i);
            sum1 += Vector512.LoadUnsafe(ref first, i + 8);
            sum2 += Vector512.LoadUnsafe(ref first, i + 16);
            sum3 += Vector512.LoadUnsafe(ref first, i + 24);
        }

        var sum = Vector512.Sum(sum0 + sum1 + (sum2 + sum3));
        foreach (var value in values.AsSpan(whole))
            sum += value;
        return sum;
    }
}
