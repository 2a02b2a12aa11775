using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Filling;
using DaskVine.Histograms.Picking;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>
    /// Counts rows. Columns come in the order of the axes, or in any order as pairs of a name and an array; a single value holds for all
    /// rows, so that <c>Fill(met, "ttbar")</c> fills one category. More than six axes are filled from a dictionary of arrays.
    /// </summary>
    /// <param name="first">The column of the first axis.</param>
    /// <param name="second">The column of the second axis, if there is one.</param>
    /// <param name="third">The column of the third axis, if there is one.</param>
    /// <param name="fourth">The column of the fourth axis, if there is one.</param>
    /// <param name="fifth">The column of the fifth axis, if there is one.</param>
    /// <param name="sixth">The column of the sixth axis, if there is one.</param>
    /// <param name="weight">How much each row counts; 1 without. The order in which weights are added is not that of the rows.</param>
    /// <param name="mask">bools: only rows with true are filled, and only those make category axes grow.</param>
    /// <returns>This histogram.</returns>
    /// <exception cref="HistogramException">Columns do not fit the axes or each other. Nothing was filled then.</exception>
    public Hist Fill(
        Column first,
        Column second = default,
        Column third = default,
        Column fourth = default,
        Column fifth = default,
        Column sixth = default,
        Column weight = default,
        Column mask = default) =>
        Fill(new Columns(first, second, third, fourth, fifth, sixth, _axes), weight, mask);

    /// <summary>Counts the rows of columns that are found by the names of the axes. There is one for each axis, and no other.</summary>
    /// <inheritdoc cref="Fill(Column, Column, Column, Column, Column, Column, Column, Column)"/>
    public Hist Fill(IReadOnlyDictionary<string, Array> columns, Column weight = default, Column mask = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Fill(new Columns(columns, _axes), weight, mask);
    }

    private Hist Fill(Columns columns, Column weight, Column mask)
    {
        var rows = CountRows(columns, weight, mask);
        CheckWeight(weight);
        if (!mask.IsAbsent && (mask.Type != ColumnType.Boolean || mask.IsScalar))
            throw new HistogramException("The mask is a column of bools, one for each row.");
        for (var axis = 0; axis < _axes.Length; axis++)
            _axes[axis].FindSlots(columns[axis], 0, []);
        var codes = Grow(columns, rows, mask.IsAbsent ? default : mask.Bools);
        var sink = _storage.Open(rows, !weight.IsAbsent);
        new RowFiller(_axes, codes, columns, weight, mask).Fill(rows, sink);
        _storage.HasVariances &= weight.IsAbsent || Storage == StorageKind.Weight;
        return this;
    }

    private void CheckWeight(Column weight)
    {
        if (weight.Type == ColumnType.String)
            throw new HistogramException("Weights are numbers, not string.");
        if (!weight.IsAbsent && Storage == StorageKind.Int64)
            throw new HistogramException("An Int64 histogram takes no weights. Use Double() or Weight() storage.");
    }

    private int CountRows(Columns columns, Column weight, Column mask)
    {
        var (rows, of) = (-1, "");
        for (var axis = 0; axis < _axes.Length; axis++)
            Count(columns[axis], $"The column for {_axes[axis].Title(axis)}");
        Count(weight, "The column of weights");
        Count(mask, "The mask");
        return rows < 0 ? 1 : rows;

        void Count(Column column, string title)
        {
            if (column.IsAbsent || column.IsScalar)
                return;
            if (rows >= 0 && column.Length != rows)
                throw new HistogramException($"{title} has {column.Length} rows, but {of} has {rows}.");
            (rows, of) = (column.Length, char.ToLowerInvariant(title[0]) + title[1..]);
        }
    }

    /// <summary>Adds the new categories of a fill; the slots of each row on axes that grow.</summary>
    private int[]?[] Grow(Columns columns, int rows, ReadOnlySpan<bool> kept)
    {
        var codes = new int[]?[_axes.Length];
        var grown = (Axis[])_axes.Clone();
        for (var axis = 0; axis < _axes.Length; axis++)
        {
            if (!_axes[axis].Grows)
                continue;
            var column = columns[axis];
            var category = (ICategoryAxis)_axes[axis];
            codes[axis] = column.IsScalar
                ? category.Encode(column, 1, kept.IsEmpty || kept.Contains(true) ? default : [false], out grown[axis])
                : category.Encode(column, rows, kept, out grown[axis]);
        }

        GrowTo(grown);
        return codes;
    }

    /// <summary>Takes over axes whose first categories are those that are there already.</summary>
    private void GrowTo(Axis[] grown)
    {
        if (_axes.AsSpan().SequenceEqual(grown))
            return;
        var maps = new AxisMap[grown.Length];
        for (var axis = 0; axis < grown.Length; axis++)
            maps[axis] = new AxisMap(grown[axis], AxisMap.Same(_axes[axis]));
        var wider = Regroup(maps, AxisMap.All(maps));
        (_axes, _storage) = (wider._axes, wider._storage);
    }
}
