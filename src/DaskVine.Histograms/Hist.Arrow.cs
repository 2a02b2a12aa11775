using DaskVine.Arrow;
using DaskVine.Histograms.Forms;
using DaskVine.Histograms.Storages;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    private const string ValuesColumn = "values";
    private const string VariancesColumn = "variances";

    /// <summary>
    /// The histogram as a table: a row for each cell, underflow and overflow included, the last axis running fastest; a column "values"
    /// (int64 or double) and, in Weight storage, one "variances". Axes and storage are JSON in the table's metadata, "daskvine.histogram".
    /// </summary>
    public ArrowTable ToArrow()
    {
        var form = new HistForm(1, Storage.ToString(), _storage.HasVariances, Array.ConvertAll(_axes, AxisForm.Of));
        var metadata = Metadata.Of((HistForm.Key, form.Write()));
        return _storage switch
        {
            Int64Storage counts => ArrowTable.Of(metadata, (ValuesColumn, (long[])counts.Counts.Clone())),
            DoubleStorage sums => ArrowTable.Of(metadata, (ValuesColumn, (double[])sums.Sums.Clone())),
            _ => ArrowTable.Of(
                metadata,
                (ValuesColumn, Values(flow: true)),
                (VariancesColumn, Variances(flow: true)!)),
        };
    }

    /// <summary>The histogram that <see cref="ToArrow"/> made a table of: equal to it, to the last bit.</summary>
    /// <exception cref="HistogramException">The table is not one of a histogram, or its cells do not fit the axes.</exception>
    public static Hist FromArrow(ArrowTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var json = table.Schema.Metadata[HistForm.Key]
            ?? throw new HistogramException($"The table has no metadata \"{HistForm.Key}\": it is not one of a histogram.");
        var form = HistForm.Read(json);
        if (!Enum.TryParse<StorageKind>(form.Storage, out var kind) || !Enum.IsDefined(kind))
            throw new HistogramException($"There is no storage \"{form.Storage}\".");
        var hist = new Hist(form.Axes.Select(axis => axis.ToAxis()), kind);
        switch (hist._storage)
        {
            case Int64Storage counts:
                Read<long>(table, ValuesColumn, counts.Counts);
                break;
            case DoubleStorage sums:
                Read<double>(table, ValuesColumn, sums.Sums);
                break;
            case WeightStorage weights:
                var (values, variances) = (new double[weights.Cells], new double[weights.Cells]);
                Read<double>(table, ValuesColumn, values);
                Read<double>(table, VariancesColumn, variances);
                for (var cell = 0; cell < weights.Cells; cell++)
                    weights.AddSums(cell, values[cell], variances[cell]);
                break;
        }

        hist._storage.HasVariances = form.Variances;
        return hist;
    }

    private static void Read<T>(ArrowTable table, string name, Span<T> cells)
        where T : unmanaged
    {
        if (table.Schema.IndexOf(name) < 0 || table.Combined(name) is not PrimitiveArray<T> column || column.NullCount > 0)
            throw new HistogramException($"The table has no column \"{name}\" of {typeof(T).Name} without nulls.");
        if (column.Length != cells.Length)
            throw new HistogramException($"The column \"{name}\" has {column.Length} rows, and the histogram {cells.Length} cells.");
        column.Values.CopyTo(cells);
    }
}
