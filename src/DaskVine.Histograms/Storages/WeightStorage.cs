using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Storages;

/// <summary>Sums of weights and of their squares: cell i has 2i and 2i + 1.</summary>
internal sealed class WeightStorage(double[] sums) : Storage(sums.Length / 2)
{
    internal double[] Sums { get; } = sums;

    internal override StorageKind Kind => StorageKind.Weight;

    internal override double Value(int cell) => Sums[2 * cell];

    internal override double Variance(int cell) => Sums[(2 * cell) + 1];

    internal override Storage Empty(int cells) => new WeightStorage(new double[2 * cells]);

    internal override void AddCells(Storage source, ReadOnlySpan<int> cells)
    {
        var from = ((WeightStorage)source).Sums;
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] >= 0)
                AddSums(cells[i], from[2 * i], from[(2 * i) + 1]);
        }
    }

    internal override void AddAll(Storage source)
    {
        var from = ((WeightStorage)source).Sums;
        for (var i = 0; i < from.Length; i++)
            Sums[i] += from[i];
    }

    internal override void AddCount(int cell, long count) => AddSums(cell, count, count);

    internal void AddSums(int cell, double value, double variance)
    {
        Sums[2 * cell] += value;
        Sums[(2 * cell) + 1] += variance;
    }

    internal override void Scale(double factor)
    {
        for (var i = 0; i < Sums.Length; i += 2)
        {
            Sums[i] *= factor;
            Sums[i + 1] *= factor * factor;
        }
    }

    internal override bool HasSameCells(Storage other) =>
        other is WeightStorage storage && Sums.AsSpan().SequenceEqual(storage.Sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        ref var plane = ref MemoryMarshal.GetArrayDataReference(Sums);
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] >= 0)
                WeightPlanes.AddTo(ref plane, cells[i], weights.IsEmpty ? 1 : weights[i]);
        }
    }

    private protected override IRowSink OpenForWeights() => new WeightSink(this);
}
