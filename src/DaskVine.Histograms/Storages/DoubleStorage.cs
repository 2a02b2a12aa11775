using System.Runtime.CompilerServices;

namespace DaskVine.Histograms.Storages;

/// <summary>Sums of weights.</summary>
internal sealed class DoubleStorage(double[] sums) : Storage(sums.Length)
{
    internal double[] Sums { get; } = sums;

    internal override StorageKind Kind => StorageKind.Double;

    internal override double Value(int cell) => Sums[cell];

    internal override double Variance(int cell) => Sums[cell];

    internal override Storage Empty(int cells) => new DoubleStorage(new double[cells]) { HasVariances = HasVariances };

    internal override void AddCells(Storage source, ReadOnlySpan<int> cells)
    {
        var from = ((DoubleStorage)source).Sums;
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] >= 0)
                Sums[cells[i]] += from[i];
        }

        HasVariances &= source.HasVariances;
    }

    internal override void AddAll(Storage source)
    {
        var from = ((DoubleStorage)source).Sums;
        for (var i = 0; i < from.Length; i++)
            Sums[i] += from[i];
        HasVariances &= source.HasVariances;
    }

    internal override void AddCount(int cell, long count) => Sums[cell] += count;

    internal override void Scale(double factor)
    {
        for (var i = 0; i < Sums.Length; i++)
            Sums[i] *= factor;
        HasVariances = false;
    }

    internal override bool HasSameCells(Storage other) =>
        other is DoubleStorage storage && Sums.AsSpan().SequenceEqual(storage.Sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] >= 0)
                Sums[cells[i]] += weights.IsEmpty ? 1 : weights[i];
        }
    }

    private protected override IRowSink OpenForWeights() => new SumSink(this);
}
