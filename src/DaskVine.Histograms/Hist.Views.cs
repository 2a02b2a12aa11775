using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Storages;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>Number of bins per axis, or of cells with underflow and overflow. The views have so many numbers, in rows.</summary>
    public int[] Shape(bool flow = false) => Array.ConvertAll(_axes, axis => flow ? axis.Extent : axis.Size);

    /// <summary>
    /// The sum of weights of each bin, as a copy. The last axis runs fastest, as in a C-ordered numpy array of <see cref="Shape"/>.
    /// </summary>
    /// <param name="flow">Whether underflow (first) and overflow (last) of each axis are included.</param>
    public double[] Values(bool flow = false) => View(flow, static (storage, cell) => storage.Value(cell));

    /// <summary>
    /// The variance of each bin: the sum of squared weights, or without weights the count. Null when it is not known, since an Int64 or
    /// Double histogram was scaled or filled with weights: use Weight storage then.
    /// </summary>
    public double[]? Variances(bool flow = false) =>
        _storage.HasVariances ? View(flow, static (storage, cell) => storage.Variance(cell)) : null;

    /// <summary>
    /// The effective number of rows of each bin: the value, and in Weight storage value² / variance, which is the number of rows of
    /// one weight that would be as certain; 0 where the variance is 0.
    /// </summary>
    public double[] Counts(bool flow = false) => View(flow, static (storage, cell) => Effective(storage, cell));

    /// <summary>The sum of all bins, or of all cells with underflow and overflow.</summary>
    public double Sum(bool flow = false)
    {
        var sum = 0.0;
        foreach (var value in Values(flow))
            sum += value;
        return sum;
    }

    private static double Effective(Storage storage, int cell)
    {
        var (value, variance) = (storage.Value(cell), storage.Variance(cell));
        return storage.Kind != StorageKind.Weight ? value : variance == 0 ? 0 : value * value / variance;
    }

    private double[] View(bool flow, Func<Storage, int, double> read)
    {
        var shape = Shape(flow);
        var view = new double[shape.Aggregate(1, (cells, size) => cells * size)];
        var bins = new int[shape.Length];
        for (var i = 0; i < view.Length; i++)
        {
            view[i] = read(_storage, CellOf(bins, flow));
            for (var axis = shape.Length - 1; axis >= 0 && ++bins[axis] == shape[axis]; axis--)
                bins[axis] = 0;
        }

        return view;
    }

    /// <summary>The cell of bins, or with flow of slots.</summary>
    private int CellOf(ReadOnlySpan<int> places, bool flow)
    {
        var cell = 0;
        for (var axis = 0; axis < places.Length; axis++)
            cell = (cell * _axes[axis].Extent) + places[axis] + (!flow && _axes[axis].HasUnderflow ? 1 : 0);
        return cell;
    }
}
