namespace DaskVine.Histograms.Axes;

/// <summary>What a histogram needs of a category axis, whatever its categories are.</summary>
internal interface ICategoryAxis
{
    /// <summary>The axis with these bins only, in this order.</summary>
    Axis Take(ReadOnlySpan<int> bins);

    /// <summary>The axis with the categories of another one added that it has not got.</summary>
    Axis Join(Axis other);

    /// <summary>The bins in the order of their categories.</summary>
    int[] Sorted();

    /// <summary>The bin of each category in another axis.</summary>
    int[] BinsIn(Axis other);

    /// <summary>
    /// The bins of the first rows of a column on the grown axis, which has a new bin for each new category, in the order of their rows.
    /// Rows that are not kept get -1 and add no category; none is left out when `kept` is empty.
    /// </summary>
    int[] Encode(in Column column, int rows, ReadOnlySpan<bool> kept, out Axis grown);
}
