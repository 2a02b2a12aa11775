using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Picking;

namespace DaskVine.Histograms;

/// <summary>
/// What to take of one axis: a bin (an int, or ^1), a range of bins (2..10), a category (a string), or what the methods here make.
/// A bin removes the axis. What a range cuts off goes to the axis's underflow and overflow, as in hist; it is dropped where the axis has none.
/// </summary>
public abstract class Pick
{
    private protected Pick()
    {
    }

    /// <summary>The whole axis.</summary>
    public static Pick All { get; } = new RangePick(.., merged: 1);

    /// <summary>The sum over all bins, underflow and overflow, which removes the axis.</summary>
    public static Pick Sum { get; } = new SumPick();

    /// <summary>The underflow alone, which removes the axis.</summary>
    public static Pick Underflow { get; } = new FlowPick(isOverflow: false);

    /// <summary>The overflow alone, which removes the axis.</summary>
    public static Pick Overflow { get; } = new FlowPick(isOverflow: true);

    /// <summary>A bin by its number.</summary>
    public static implicit operator Pick(int bin) =>
        bin >= 0 ? new BinPick(bin) : throw new HistogramException($"There is no bin {bin}. Count from the end with ^{-(long)bin}.");

    /// <summary>A bin by its number, which may count from the end.</summary>
    public static implicit operator Pick(Index bin) => new BinPick(bin);

    /// <summary>The bins of a range.</summary>
    public static implicit operator Pick(Range bins) => new RangePick(bins, merged: 1);

    /// <summary>The bin of a category.</summary>
    public static implicit operator Pick(string category) => new LocPick(axis => axis.Index(category), $"\"{category}\"");

    /// <summary>The bin that a value falls in.</summary>
    public static Pick Loc(double value) => new LocPick(axis => axis.Index(value), $"{value}");

    /// <summary>The bin of a whole number.</summary>
    public static Pick Loc(long value) => new LocPick(axis => axis.Index(value), $"{value}");

    /// <summary>From the bin that `from` falls in to before the bin that `to` falls in; null stands for the axis's own end.</summary>
    public static Pick Loc(double? from, double? to) => new LocRangePick(from, to);

    /// <summary>The sum over a range of bins alone, which removes the axis; <c>SumOf(..)</c> is the sum without underflow and overflow.</summary>
    public static Pick SumOf(Range bins) => new SumPick(bins);

    /// <summary>Bins merged by so many. Those left over at the end go to the overflow.</summary>
    public static Pick Rebin(int merged) => new RangePick(.., merged);

    /// <summary>Some categories, in this order. The others go to the overflow.</summary>
    public static Pick Categories(params string[] names) =>
        new CategoriesPick(axis => Array.ConvertAll(names, name => LocPick.Known(axis, axis.Index(name), $"\"{name}\"")));

    internal abstract AxisMap Map(Axis axis);
}
