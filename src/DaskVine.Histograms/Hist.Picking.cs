using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Picking;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>
    /// A part of the histogram: one pick per axis, in their order, and whole axes for those that are not named.
    /// <c>h[2..10, Pick.Sum]</c>, <c>h[Pick.Loc(20, 80)]</c>, <c>h["muon", ..]</c>.
    /// </summary>
    /// <exception cref="HistogramException">There is no such bin, or no axis would be left: see <see cref="At"/>.</exception>
    public Hist this[params ReadOnlySpan<Pick> picks]
    {
        get
        {
            var maps = Maps(picks);
            var order = AxisMap.All(maps);
            return order.Length > 0
                ? Regroup(maps, order)
                : throw new HistogramException("The picks leave no axis. At(…) gives what one bin or a sum over all axes holds.");
        }
    }

    /// <summary>What the cells hold together that are left when a pick is made on every axis: <c>h.At(3, Pick.Sum)</c>.</summary>
    /// <exception cref="HistogramException">There is no such bin, or an axis would be left.</exception>
    public Bin At(params ReadOnlySpan<Pick> picks)
    {
        var maps = Maps(picks);
        if (AxisMap.All(maps).Length > 0)
            throw new HistogramException($"At needs a bin or a sum on each of {_axes.Length} axes.");
        var storage = _storage.Empty(1);
        storage.AddCells(_storage, AxisMap.Cells(maps, new int[maps.Length]));
        return new Bin(storage.Value(0), storage.HasVariances ? storage.Variance(0) : double.NaN);
    }

    /// <summary>A pick on the axis of that name, and all other axes whole.</summary>
    /// <exception cref="HistogramException">There is no such axis or bin, or no axis would be left.</exception>
    public Hist On(string axis, Pick pick)
    {
        var picks = new Pick[_axes.Length];
        Array.Fill(picks, Pick.All);
        picks[AxisNames.Find(_axes, axis)] = pick;
        return this[picks];
    }

    /// <summary>The sum over all axes but these, with underflow and overflow; these in the order of the names.</summary>
    /// <exception cref="HistogramException">There is no such axis, or one is named twice.</exception>
    public Hist Project(params string[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return Project(Array.ConvertAll(axes, name => AxisNames.Find(_axes, name)));
    }

    /// <summary>The sum over all axes but these, with underflow and overflow; these in the order of the numbers.</summary>
    /// <exception cref="HistogramException">There is no such axis, or one is named twice.</exception>
    public Hist Project(params int[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        if (axes.Length == 0 || axes.Distinct().Count() != axes.Length || axes.Any(axis => (uint)axis >= (uint)_axes.Length))
            throw new HistogramException($"Project onto one or more different axes of {_axes.Length}, not {string.Join(", ", axes)}.");
        var maps = Array.ConvertAll(_axes, AxisMap.Sum);
        foreach (var axis in axes)
            maps[axis] = new AxisMap(_axes[axis], AxisMap.Same(_axes[axis]));
        return Regroup(maps, axes);
    }

    /// <summary>The categories of an axis in their own order, so that histograms that met them in another order can be compared.</summary>
    /// <exception cref="HistogramException">There is no such axis, or it has no categories.</exception>
    public Hist Sort(string axis) => On(axis, new CategoriesPick(found =>
        found is ICategoryAxis category ? category.Sorted() : throw new HistogramException($"Axis \"{axis}\" has no categories.")));

    private AxisMap[] Maps(ReadOnlySpan<Pick> picks)
    {
        if (picks.Length > _axes.Length)
            throw new HistogramException($"{picks.Length} picks came for {_axes.Length} axes.");
        var maps = new AxisMap[_axes.Length];
        for (var axis = 0; axis < maps.Length; axis++)
            maps[axis] = (axis < picks.Length ? picks[axis] : Pick.All).Map(_axes[axis]);
        return maps;
    }
}
