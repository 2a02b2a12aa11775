using DaskVine.Histograms.Forms;

namespace DaskVine.Histograms;

/// <summary>What a partition's task does: computes columns and fills a histogram with them.</summary>
/// <param name="Form">Axes and storage of the histogram, as JSON.</param>
/// <param name="Steps">What is computed.</param>
/// <param name="Inputs">What each axis is filled with, in their order.</param>
/// <param name="Weight">Number of the step whose result are the weights, or -1.</param>
/// <param name="Mask">Number of the step whose result says which rows are filled, or -1.</param>
internal sealed record FillPlan(string Form, ColumnStep[] Steps, FillInput[] Inputs, int Weight, int Mask)
{
    private const int None = -1;

    /// <summary>The plan of a fill of lazy columns.</summary>
    internal static FillPlan Of(Hist hist, IReadOnlyList<FillColumn> columns, LazyColumn? weight, LazyColumn? mask)
    {
        if (columns.Count != hist.Axes.Count)
            throw new HistogramException($"The histogram has {hist.Axes.Count} axes, and {columns.Count} columns came.");
        var program = new ColumnProgram();
        FillInput[] inputs = [.. columns.Select(column => new FillInput(column.Column is null ? None : program.Add(column.Column), column.Text))];
        var (weights, kept) = (Number(weight), Number(mask));
        return new FillPlan(Write(hist), program.Steps, inputs, weights, kept);

        int Number(LazyColumn? column) => column is null ? None : program.Add(column);
    }

    /// <summary>The histogram of a partition.</summary>
    /// <exception cref="HistogramException">The columns do not go together, or do not fit the axes.</exception>
    internal Hist Fill(Events events)
    {
        int[] wanted = [.. Inputs.Select(input => input.Step).Append(Weight).Append(Mask).Where(step => step != None)];
        var results = ColumnProgram.Run(events, Steps, wanted);
        var shape = wanted.Select(step => results[step]!).FirstOrDefault(column => column.IsJagged)
            ?? wanted.Select(step => results[step]!).First(column => !column.IsConstant);
        var hist = Read(Form);
        hist.Fill(Input(0), Input(1), Input(2), Input(3), Input(4), Input(5), weight: Rows(Weight), mask: Rows(Mask));
        GC.KeepAlive(events);
        return hist;

        Column Input(int axis) => axis >= Inputs.Length ? default : Inputs[axis].Text is { } text ? text : Rows(Inputs[axis].Step);

        Column Rows(int step)
        {
            if (step == None)
                return default;
            var column = results[step]!;
            return column.IsConstant ? column.ToDoubles()[0] : AsShape(column, shape).AsColumn();
        }
    }

    private static string Write(Hist hist) => new HistForm(1, hist.Storage.ToString(), true, [.. hist.Axes.Select(AxisForm.Of)]).Write();

    private static Hist Read(string json)
    {
        var form = HistForm.Read(json);
        return new Hist(form.Axes.Select(axis => axis.ToAxis()), Enum.Parse<StorageKind>(form.Storage));
    }

    // With a column of objects, the value of an event is that of each of its objects.
    private static ColumnValues AsShape(EventColumn column, EventColumn shape)
    {
        if (column.IsJagged || !shape.IsJagged)
        {
            return column.EventCount == shape.EventCount && column.Offsets.SequenceEqual(shape.Offsets)
                ? column.Values
                : throw new HistogramException("The columns of a fill have different rows: each needs the same masks.");
        }

        return column.EventCount == shape.EventCount
            ? column.Values.Repeat(shape.Offsets)
            : throw new HistogramException($"A column of {column.EventCount} events does not go with one of {shape.EventCount}: both need the same masks.");
    }
}

/// <summary>What an axis is filled with.</summary>
/// <param name="Step">Number of the step whose result it is, or -1.</param>
/// <param name="Text">One text for all rows instead.</param>
internal sealed record FillInput(int Step, string? Text);
