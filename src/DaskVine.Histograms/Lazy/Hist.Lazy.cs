namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>
    /// What this histogram will be when it has been filled with columns of files; this one stays as it is. A row is an event, or an object
    /// where a column has lists: the value of an event then holds for each of its objects.
    /// </summary>
    /// <param name="first">The column of the first axis.</param>
    /// <param name="second">The column of the second axis, or one text for all rows, if there is such an axis.</param>
    /// <param name="third">That of the third axis.</param>
    /// <param name="fourth">That of the fourth axis.</param>
    /// <param name="fifth">That of the fifth axis.</param>
    /// <param name="sixth">That of the sixth axis.</param>
    /// <param name="weight">How much each row counts; 1 without.</param>
    /// <param name="mask">Only rows with true are filled.</param>
    /// <returns>What computes it: <c>.Compute(scheduler: vine.Get)</c>.</returns>
    /// <exception cref="HistogramException">There are more or fewer columns than axes, or columns of other files.</exception>
    public LazyHist Fill(
        LazyColumn first, FillColumn? second = null, FillColumn? third = null, FillColumn? fourth = null, FillColumn? fifth = null,
        FillColumn? sixth = null, LazyColumn? weight = null, LazyColumn? mask = null)
    {
        FillColumn[] columns = [.. new[] { first, second, third, fourth, fifth, sixth }.OfType<FillColumn>()];
        if (columns.Select(column => column.Column).Append(weight).Append(mask).Any(column => column is not null && column.Files != first.Files))
            throw new HistogramException("Columns of other files do not go together: open all files at once.");
        var plan = FillPlan.Of(this, columns, weight, mask);
        return new LazyHist(first.Files.Partitions.Select(partition => EventTasks.Fill(partition, plan)), start: Copy());
    }
}
