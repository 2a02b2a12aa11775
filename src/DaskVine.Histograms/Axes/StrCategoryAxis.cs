using System.Runtime.CompilerServices;

namespace DaskVine.Histograms.Axes;

/// <summary>A bin for each of some texts, which are compared by their characters. An axis that grows has no overflow, as in Boost.Histogram.</summary>
public sealed class StrCategoryAxis : CategoryAxis<string>
{
    /// <summary>Makes an axis. With `growth` a fill adds the categories that it meets, and there may be none at first.</summary>
    /// <exception cref="HistogramException">There is no category on an axis that does not grow, or one is there twice.</exception>
    public StrCategoryAxis(
        IEnumerable<string> categories, string name = "", string label = "", bool growth = false, bool overflow = true)
        : base(categories, name, label, growth, overflow)
    {
    }

    internal override string Kind => Grows ? "growing string category" : "string category";

    private protected override string Taken => "texts";

    private protected override IComparer<string> Order => StringComparer.Ordinal;

    /// <inheritdoc/>
    public override int Index(string value) => Find(value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        var texts = Texts(column).Slice(first, slots.Length);
        var unknown = SlotOf(Size);
        var (last, slot) = ((string?)null, unknown);
        for (var i = 0; i < slots.Length; i++)
        {
            // Rows of one sample often share one string object.
            if (!ReferenceEquals(last, texts[i]))
            {
                last = texts[i];
                slot = last is null ? unknown : SlotOf(Find(last));
            }

            slots[i] = slot;
        }
    }

    private protected override ReadOnlySpan<string> Read(in Column column, int rows)
    {
        var texts = Texts(column)[..rows];
        var missing = texts.IndexOf((string?)null);
        return missing < 0 ? texts : throw new HistogramException($"Row {missing} for the {Kind} axis \"{Name}\" is null.");
    }

    private protected override StrCategoryAxis With(IEnumerable<string> categories) => new(categories, Name, Label, Grows, HasOverflow);

    private ReadOnlySpan<string> Texts(in Column column) =>
        column.Type == ColumnType.String ? column.Texts : throw Refused(column.TypeName);
}
