using System.Runtime.InteropServices;

namespace DaskVine.Histograms.Axes;

/// <summary>A bin for each of some categories. Another value lies in the overflow, or becomes a category of its own if the axis grows.</summary>
/// <typeparam name="T">string or long.</typeparam>
public abstract class CategoryAxis<T> : Axis, ICategoryAxis
    where T : notnull
{
    private readonly T[] _categories;
    private readonly Dictionary<T, int> _bins;

    private protected CategoryAxis(IEnumerable<T> categories, string name, string label, bool growth, bool overflow)
        : base(name, label, hasUnderflow: false, hasOverflow: overflow && !growth)
    {
        ArgumentNullException.ThrowIfNull(categories);
        _categories = [.. categories];
        Grows = growth;
        if (_categories.Length == 0 && !growth)
            throw new HistogramException("A category axis that does not grow needs at least one category.");
        _bins = new Dictionary<T, int>(_categories.Length);
        foreach (var category in _categories)
        {
            if (!_bins.TryAdd(category, _bins.Count))
                throw new HistogramException($"The category {Text(category)} is there twice.");
        }
    }

    /// <summary>The categories in order of their bins.</summary>
    public IReadOnlyList<T> Categories => _categories;

    /// <inheritdoc/>
    public override int Size => _categories.Length;

    /// <inheritdoc/>
    public override bool IsOrdered => false;

    /// <inheritdoc/>
    public override bool Grows { get; }

    /// <inheritdoc/>
    public override string Describe(int bin) => bin >= Size ? "other" : Text(_categories[bin]);

    private protected int Find(T value) => _bins.GetValueOrDefault(value, Size);

    Axis ICategoryAxis.Take(ReadOnlySpan<int> bins)
    {
        var taken = new T[bins.Length];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = _categories[bins[i]];
        return With(taken);
    }

    Axis ICategoryAxis.Join(Axis other) => With(_categories.Union(((CategoryAxis<T>)other)._categories));

    int[] ICategoryAxis.Sorted()
    {
        var bins = Enumerable.Range(0, Size).ToArray();
        Array.Sort((T[])_categories.Clone(), bins, Order);
        return bins;
    }

    int[] ICategoryAxis.BinsIn(Axis other) => [.. _categories.Select(category => ((CategoryAxis<T>)other).Find(category))];

    int[] ICategoryAxis.Encode(in Column column, int rows, ReadOnlySpan<bool> kept, out Axis grown)
    {
        var values = Read(column, rows);
        var bins = new Dictionary<T, int>(_bins);
        var codes = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            if (!kept.IsEmpty && !kept[row])
            {
                codes[row] = -1;
                continue;
            }

            ref var bin = ref CollectionsMarshal.GetValueRefOrAddDefault(bins, values[row], out var known);
            if (!known)
                bin = bins.Count - 1;
            codes[row] = bin;
        }

        grown = bins.Count == Size ? this : With(bins.OrderBy(pair => pair.Value).Select(pair => pair.Key));
        return codes;
    }

    /// <summary>The first rows of a column.</summary>
    private protected abstract ReadOnlySpan<T> Read(in Column column, int rows);

    private protected abstract IComparer<T> Order { get; }

    private protected abstract Axis With(IEnumerable<T> categories);

    private static string Text(T category) => $"{category}";

    internal override bool HasSameBins(Axis other) =>
        other is CategoryAxis<T> axis && _categories.AsSpan().SequenceEqual(axis._categories);

    internal override bool IsCompatible(Axis other) => IsSameAxis(other) && (Grows || HasSameBins(other));
}
