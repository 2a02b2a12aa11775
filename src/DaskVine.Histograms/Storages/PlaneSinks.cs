using DaskVine.Histograms.Filling;
using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Storages;

/// <summary>Gathers counts in planes, for any storage.</summary>
internal sealed class CountSink(Storage storage) : IRowSink
{
    private readonly CountPlanes _planes = new(storage.Cells);
    private readonly ushort[] _narrow = new ushort[RowFiller.Block];

    public void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        CellIndexes.Narrow(cells, _narrow);
        _planes.Add(_narrow.AsSpan(0, cells.Length));
    }

    public void Close()
    {
        for (var cell = 0; cell < storage.Cells; cell++)
            storage.AddCount(cell, _planes[cell]);
    }
}

/// <summary>Gathers counts of pairs of cells, for any storage.</summary>
internal sealed class PairSink(Storage storage) : IRowSink
{
    private readonly PairCounts _counts = new(storage.Cells);
    private readonly uint[] _pairs = new uint[RowFiller.Block / 2];

    public void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights) =>
        _counts.Add(_pairs.AsSpan(0, CellIndexes.Pair(cells, _pairs)));

    public void Close()
    {
        _counts.Fold();
        for (var cell = 0; cell < storage.Cells; cell++)
            storage.AddCount(cell, _counts[cell]);
    }
}

/// <summary>Gathers sums of weights in planes.</summary>
internal sealed class SumSink(DoubleStorage storage) : IRowSink
{
    private readonly SumPlanes _planes = new(storage.Cells);
    private readonly ushort[] _narrow = new ushort[RowFiller.Block];

    public void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        CellIndexes.Narrow(cells, _narrow);
        _planes.Add(_narrow.AsSpan(0, cells.Length), weights);
    }

    public void Close()
    {
        for (var cell = 0; cell < storage.Cells; cell++)
            storage.Sums[cell] += _planes[cell];
    }
}

/// <summary>Gathers sums of weights and of their squares in planes.</summary>
internal sealed class WeightSink(WeightStorage storage) : IRowSink
{
    private readonly WeightPlanes _planes = new(storage.Cells);
    private readonly ushort[] _narrow = new ushort[RowFiller.Block];

    public void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights)
    {
        CellIndexes.Narrow(cells, _narrow);
        _planes.Add(_narrow.AsSpan(0, cells.Length), weights);
    }

    public void Close()
    {
        for (var cell = 0; cell < storage.Cells; cell++)
        {
            var (value, variance) = _planes[cell];
            storage.AddSums(cell, value, variance);
        }
    }
}
