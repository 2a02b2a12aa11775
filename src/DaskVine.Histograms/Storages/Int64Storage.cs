using System.Runtime.CompilerServices;

namespace DaskVine.Histograms.Storages;

/// <summary>Exact counts.</summary>
internal sealed class Int64Storage(long[] counts) : Storage(counts.Length)
{
    internal long[] Counts { get; } = counts;

    internal override StorageKind Kind => StorageKind.Int64;

    internal override double Value(int cell) => Counts[cell];

    internal override double Variance(int cell) => Counts[cell];

    internal override Storage Empty(int cells) => new Int64Storage(new long[cells]) { HasVariances = HasVariances };

    internal override void AddCells(Storage source, ReadOnlySpan<int> cells)
    {
        var from = ((Int64Storage)source).Counts;
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] >= 0)
                Counts[cells[i]] += from[i];
        }

        HasVariances &= source.HasVariances;
    }

    internal override void AddAll(Storage source)
    {
        var from = ((Int64Storage)source).Counts;
        for (var i = 0; i < from.Length; i++)
            Counts[i] += from[i];
        HasVariances &= source.HasVariances;
    }

    internal override void AddCount(int cell, long count) => Counts[cell] += count;

    internal override void Scale(double factor)
    {
        if (!double.IsInteger(factor) || Math.Abs(factor) > long.MaxValue)
        {
            throw new HistogramException(
                $"An Int64 histogram holds whole counts and cannot be scaled by {factor}. Use Double() or Weight() storage.");
        }

        for (var i = 0; i < Counts.Length; i++)
            Counts[i] = checked(Counts[i] * (long)factor);
        HasVariances = false;
    }

    internal override bool HasSameCells(Storage other) =>
        other is Int64Storage storage && Counts.AsSpan().SequenceEqual(storage.Counts);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        foreach (var cell in cells)
        {
            if (cell >= 0)
                Counts[cell]++;
        }
    }

    private protected override IRowSink OpenForWeights() => this;
}
