namespace DaskVine.Histograms;

/// <summary>A column of all events in some files, or what is to be computed of such. The tasks of the partitions do that.</summary>
public sealed class LazyColumn : ColumnAlgebra<LazyColumn>
{
    internal LazyColumn(EventFiles files, ColumnOp operation, string name = "", double number = 0, params LazyColumn[] operands)
    {
        Files = files;
        Operation = operation;
        Name = name;
        Number = number;
        Operands = operands;
    }

    /// <summary>Where its events are.</summary>
    public EventFiles Files { get; }

    internal ColumnOp Operation { get; }

    internal string Name { get; }

    internal double Number { get; }

    internal LazyColumn[] Operands { get; }

    private protected override LazyColumn Apply(ColumnOp operation, params ReadOnlySpan<LazyColumn> operands)
    {
        foreach (var operand in operands)
        {
            if (operand.Files != Files)
                throw new HistogramException("Columns of other files do not go together: open all files at once.");
        }

        return new LazyColumn(Files, operation, operands: operands.ToArray());
    }

    private protected override LazyColumn Constant(double number) => new(Files, ColumnOp.Constant, number: number);
}
