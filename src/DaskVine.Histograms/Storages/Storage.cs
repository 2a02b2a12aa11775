using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Storages;

/// <summary>The cells of a histogram. A storage is also the sink of its own rows, where it is not worth to gather them first.</summary>
internal abstract class Storage : IRowSink
{
    /// <summary>The most cells that planes are made for: their numbers have 16 bits.</summary>
    internal const int MaxPlaneCells = ushort.MaxValue;

    private protected Storage(int cells) => Cells = cells;

    internal int Cells { get; }

    internal abstract StorageKind Kind { get; }

    /// <summary>Whether the variances are known: not when weights came without their squares.</summary>
    internal bool HasVariances { get; set; } = true;

    internal abstract double Value(int cell);

    internal abstract double Variance(int cell);

    /// <summary>A storage of the same kind, with every cell at zero.</summary>
    internal abstract Storage Empty(int cells);

    /// <summary>Adds each cell of a storage of the same kind to the cell named in its place; -1 drops it.</summary>
    internal abstract void AddCells(Storage source, ReadOnlySpan<int> cells);

    /// <summary>Adds all cells of a storage of the same kind and size.</summary>
    internal abstract void AddAll(Storage source);

    internal abstract void AddCount(int cell, long count);

    internal abstract void Scale(double factor);

    internal abstract bool HasSameCells(Storage other);

    /// <summary>Where the rows of one fill go, until it is closed.</summary>
    internal IRowSink Open(int rows, bool hasWeights)
    {
        if (Cells > MaxPlaneCells || rows < 4 * Cells)
            return this;
        if (hasWeights)
            return OpenForWeights();
        return PairCounts.Suit(Cells, rows) ? new PairSink(this) : new CountSink(this);
    }

    public abstract void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights);

    public void Close()
    {
    }

    private protected abstract IRowSink OpenForWeights();
}
