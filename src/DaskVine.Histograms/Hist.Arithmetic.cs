using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Picking;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>The sum of two histograms with the same axes and storage. See <see cref="Add"/>.</summary>
    public static Hist operator +(Hist left, Hist right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.Copy().Add(right);
    }

    /// <summary>The histogram with every weight times a factor: values times it, variances times its square.</summary>
    public static Hist operator *(Hist hist, double factor)
    {
        ArgumentNullException.ThrowIfNull(hist);
        return hist.Copy().Scale(factor);
    }

    /// <inheritdoc cref="op_Multiply(Hist, double)"/>
    public static Hist operator *(double factor, Hist hist) => hist * factor;

    /// <summary>
    /// Adds another histogram's cells to this one. Categories of axes that grew are matched by name; those that this one has not got come
    /// after its own.
    /// </summary>
    /// <returns>This histogram.</returns>
    /// <exception cref="HistogramException">Axes or storages differ; the message names the first that does. Nothing was added then.</exception>
    public Hist Add(Hist other)
    {
        ArgumentNullException.ThrowIfNull(other);
        CheckCompatible(other);
        var joined = _axes.Zip(other._axes, (mine, its) => mine.Grows ? ((ICategoryAxis)mine).Join(its) : mine).ToArray();
        GrowTo(joined);
        if (joined.AsSpan().SequenceEqual(other._axes))
        {
            _storage.AddAll(other._storage);
            return this;
        }

        var maps = new AxisMap[joined.Length];
        for (var axis = 0; axis < maps.Length; axis++)
        {
            var from = other._axes[axis];
            maps[axis] = new AxisMap(joined[axis], from.Grows ? ((ICategoryAxis)from).BinsIn(joined[axis]) : AxisMap.Same(from));
        }

        _storage.AddAll(other.Regroup(maps, AxisMap.All(maps))._storage);
        return this;
    }

    /// <summary>Multiplies every weight by a factor: values by it, variances by its square.</summary>
    /// <returns>This histogram.</returns>
    /// <exception cref="HistogramException">The counts of an Int64 histogram would not stay whole.</exception>
    public Hist Scale(double factor)
    {
        _storage.Scale(factor);
        return this;
    }

    private void CheckCompatible(Hist other)
    {
        if (Storage != other.Storage)
            throw new HistogramException($"A histogram of {other.Storage} storage cannot be added to one of {Storage}.");
        if (_axes.Length != other._axes.Length)
            throw new HistogramException($"A histogram of {other._axes.Length} axes cannot be added to one of {_axes.Length}.");
        for (var axis = 0; axis < _axes.Length; axis++)
        {
            if (!_axes[axis].IsCompatible(other._axes[axis]))
            {
                throw new HistogramException(
                    $"The histograms cannot be added: {_axes[axis].Title(axis)} has other bins, another name or other flow bins there.");
            }
        }
    }
}
