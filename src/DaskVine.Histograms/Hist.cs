using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Picking;
using DaskVine.Histograms.Storages;

namespace DaskVine.Histograms;

/// <summary>
/// A histogram of any number of axes. Make one with <see cref="New"/>, <c>Fill</c> it, add partial ones, look at it.
/// Not for several threads at a time: give each its own and add them.
/// </summary>
public sealed partial class Hist : IEquatable<Hist>
{
    private const int MaxCells = 1 << 29;

    private Axis[] _axes;
    private Storage _storage;

    /// <summary>Makes an empty histogram.</summary>
    /// <exception cref="HistogramException">There is no axis, two have one name, or there are too many cells.</exception>
    public Hist(IEnumerable<Axis> axes, StorageKind storage)
    {
        ArgumentNullException.ThrowIfNull(axes);
        _axes = [.. axes];
        if (_axes.Length == 0)
            throw new HistogramException("A histogram needs at least one axis.");
        AxisNames.CheckUnique(_axes);
        var cells = CountCells(_axes);
        _storage = storage switch
        {
            StorageKind.Int64 => new Int64Storage(new long[cells]),
            StorageKind.Double => new DoubleStorage(new double[cells]),
            _ => new WeightStorage(new double[2 * cells]),
        };
    }

    internal Hist(Axis[] axes, Storage storage)
    {
        _axes = axes;
        _storage = storage;
    }

    /// <summary>Begins a histogram: add axes, and end with a storage.</summary>
    public static HistBuilder New => new();

    /// <summary>The axes in order. A category axis that grows is another object after it grew.</summary>
    public IReadOnlyList<Axis> Axes => _axes;

    /// <summary>What each cell keeps.</summary>
    public StorageKind Storage => _storage.Kind;

    internal Storage Cells => _storage;

    /// <summary>The axis of that name.</summary>
    /// <exception cref="HistogramException">There is none; the message tells which there are.</exception>
    public Axis Axis(string name) => _axes[AxisNames.Find(_axes, name)];

    /// <summary>Another histogram with the same axes and cells.</summary>
    public Hist Copy()
    {
        var copy = Empty();
        copy._storage.AddAll(_storage);
        return copy;
    }

    /// <summary>A histogram with the same axes, and nothing in it.</summary>
    public Hist Empty() => new((Axis[])_axes.Clone(), _storage.Empty(_storage.Cells));

    /// <summary>Whether axes (with their names, labels and order of categories), storage and every cell are the same, to the last bit.</summary>
    public bool Equals(Hist? other) =>
        other is not null && _axes.AsSpan().SequenceEqual(other._axes) && _storage.HasSameCells(other._storage);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Hist);

    /// <summary>Tells histograms apart by their axes and storage only, since cells change.</summary>
    public override int GetHashCode() => HashCode.Combine(_storage.Kind, _axes.Length, _axes[0].Name);

    /// <summary>What it is, in a line: axes, storage, and the sum of all cells.</summary>
    public override string ToString() =>
        $"Hist({string.Join(", ", _axes.Select((axis, place) => $"{axis.Title(place)}: {axis.Kind}, {axis.Size} bins"))}; "
        + $"{Storage}, sum {Sum(flow: true)})";

    private static int CountCells(IEnumerable<Axis> axes)
    {
        var cells = 1L;
        foreach (var axis in axes)
        {
            cells *= axis.Extent;
            if (cells > MaxCells)
                throw new HistogramException($"The histogram would have more than {MaxCells:N0} cells. Use fewer axes or bins.");
        }

        return (int)cells;
    }

    /// <summary>
    /// The axes that `maps` keep, in this order, and the cells that they get from this histogram's.
    /// </summary>
    private Hist Regroup(AxisMap[] maps, ReadOnlySpan<int> order)
    {
        var axes = new Axis[order.Length];
        var strides = new int[maps.Length];
        for (var i = order.Length - 1; i >= 0; i--)
            axes[i] = maps[order[i]].Axis!;
        var cells = CountCells(axes);
        var stride = 1;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            strides[order[i]] = stride;
            stride *= axes[i].Extent;
        }

        var storage = _storage.Empty(cells);
        storage.AddCells(_storage, AxisMap.Cells(maps, strides));
        return new Hist(axes, storage);
    }
}
