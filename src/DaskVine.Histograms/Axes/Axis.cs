namespace DaskVine.Histograms.Axes;

/// <summary>
/// One dimension of a histogram: it gives each value a bin. Axes never change; a category axis that grows is replaced by another.
/// </summary>
/// <remarks>
/// Bins are numbered from 0 to <see cref="Size"/> - 1. The underflow is -1, the overflow is <see cref="Size"/>. Cells of a
/// histogram are counted in slots instead: from 0, underflow (if there is one) first, overflow (if there is one) last.
/// </remarks>
public abstract class Axis : IEquatable<Axis>
{
    private protected Axis(string name, string label, bool hasUnderflow, bool hasOverflow)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(label);
        Name = name;
        Label = label;
        HasUnderflow = hasUnderflow;
        HasOverflow = hasOverflow;
    }

    /// <summary>What columns are matched with; "" when the axis has none.</summary>
    public string Name { get; }

    /// <summary>What plots show, often with a unit; "" when the axis has none.</summary>
    public string Label { get; }

    /// <summary>Whether there is a cell for values below the first bin.</summary>
    public bool HasUnderflow { get; }

    /// <summary>Whether there is a cell for values at or above the end of the last bin, NaN, and unknown categories.</summary>
    public bool HasOverflow { get; }

    /// <summary>Number of bins, without underflow and overflow.</summary>
    public abstract int Size { get; }

    /// <summary>Number of cells: bins, underflow and overflow.</summary>
    public int Extent => Size + (HasUnderflow ? 1 : 0) + (HasOverflow ? 1 : 0);

    /// <summary>Whether bins have an order and edges, so that neighbours can be cut off or merged.</summary>
    public virtual bool IsOrdered => true;

    /// <summary>Whether a fill adds a bin for a category that is new.</summary>
    public virtual bool Grows => false;

    /// <summary>The bin of a number: -1 below the first, <see cref="Size"/> beyond the last.</summary>
    /// <exception cref="HistogramException">The axis does not take such values.</exception>
    public virtual int Index(double value) => throw Refused("double");

    /// <summary>The bin of a whole number: -1 below the first, <see cref="Size"/> beyond the last or unknown.</summary>
    /// <exception cref="HistogramException">The axis does not take such values.</exception>
    public virtual int Index(long value) => Index((double)value);

    /// <summary>The bin of a text: <see cref="Size"/> when it is unknown.</summary>
    /// <exception cref="HistogramException">The axis does not take such values.</exception>
    public virtual int Index(string value) => throw Refused("string");

    /// <summary>What a bin holds, in words: "[0, 2)", "muon".</summary>
    public abstract string Describe(int bin);

    /// <inheritdoc/>
    public bool Equals(Axis? other) => other is not null && Label == other.Label && HasSameBins(other) && IsSameAxis(other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => obj is Axis other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, GetType());

    /// <summary>What kind of axis this is, in the builder's words.</summary>
    internal abstract string Kind { get; }

    /// <summary>How error messages call this axis, given its place.</summary>
    internal string Title(int place) => Name.Length > 0 ? $"axis \"{Name}\"" : $"axis {place} ({Kind})";

    /// <summary>The slot of a bin, underflow or overflow; -1 when the axis has no cell for it.</summary>
    internal int SlotOf(int bin) =>
        bin < 0 ? (HasUnderflow ? 0 : -1)
        : bin < Size ? bin + (HasUnderflow ? 1 : 0)
        : HasOverflow ? Extent - 1 : -1;

    /// <summary>The slots of as many rows of a column as `slots` has room for, from row `first` on; -1 for what no cell takes.</summary>
    internal abstract void FindSlots(in Column column, int first, Span<int> slots);

    /// <summary>The bins, with the same name and label, under another option for their ends.</summary>
    internal abstract bool HasSameBins(Axis other);

    /// <summary>Whether cells of both mean the same, but for categories that came with growth.</summary>
    internal virtual bool IsCompatible(Axis other) => IsSameAxis(other) && HasSameBins(other);

    private protected bool IsSameAxis(Axis other) =>
        GetType() == other.GetType() && Name == other.Name && HasUnderflow == other.HasUnderflow && HasOverflow == other.HasOverflow
        && Grows == other.Grows;

    private protected HistogramException Refused(string type) => new(
        $"{(Name.Length > 0 ? $"Axis \"{Name}\"" : "The axis")} ({Kind}) takes {Taken}, not {type}.");

    /// <summary>What values the axis takes, in words.</summary>
    private protected abstract string Taken { get; }
}
