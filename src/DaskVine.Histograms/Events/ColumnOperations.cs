namespace DaskVine.Histograms;

/// <summary>Computes columns of columns.</summary>
internal static class ColumnOperations
{
    internal static EventColumn Constant(double number) => new(new NumberValues<double>(new[] { number }), isConstant: true);

    /// <exception cref="HistogramException">The columns do not go together.</exception>
    internal static EventColumn Apply(ColumnOp operation, ReadOnlySpan<EventColumn> operands)
    {
        var first = operands[0];
        var result = operation switch
        {
            ColumnOp.Where => Selection.Where(first, operands[1]),
            ColumnOp.At => Selection.At(Lists(first, operation), operands[1]),
            ColumnOp.Not => new EventColumn(new TruthValues(Inverted(Truths(first, operation))), first.OffsetMemory),
            ColumnOp.And or ColumnOp.Or => Logical(operation, first, operands[1]),
            ColumnOp.Any or ColumnOp.All => Reduction.OfTruths(operation, Lists(first, operation)),
            >= ColumnOp.Count and <= ColumnOp.ArgMax => Reduction.OfNumbers(operation, Lists(first, operation)),
            >= ColumnOp.Negate and <= ColumnOp.Cosh => Elements.Map(operation, first),
            >= ColumnOp.Below and <= ColumnOp.Same => Elements.Compare(operation, first, operands[1]),
            >= ColumnOp.Add and <= ColumnOp.Greatest => Elements.Compute(operation, first, operands[1]),
            _ => throw new HistogramException($"{operation} is nothing that is computed of columns."),
        };
        // Their memory may be that of a mapped file, which is there as long as they are.
        foreach (var operand in operands)
            GC.KeepAlive(operand);
        return result;
    }

    /// <summary>The values of both with the same shape, which is that of the third.</summary>
    internal static (ColumnValues Left, ColumnValues Right, ReadOnlyMemory<int> Offsets) Aligned(EventColumn left, EventColumn right)
    {
        if (left.IsConstant || right.IsConstant)
            return (left.Values, right.Values, left.IsConstant ? right.OffsetMemory : left.OffsetMemory);
        if (left.EventCount != right.EventCount)
            throw new HistogramException($"A column of {left.EventCount} events does not go with one of {right.EventCount}: both need the same masks.");
        if (left.IsJagged == right.IsJagged)
        {
            return left.Offsets.SequenceEqual(right.Offsets)
                ? (left.Values, right.Values, left.OffsetMemory)
                : throw new HistogramException("Two columns of objects do not go together: their events have different numbers of them.");
        }

        return left.IsJagged
            ? (left.Values, right.Values.Repeat(left.Offsets), left.OffsetMemory)
            : (left.Values.Repeat(right.Offsets), right.Values, right.OffsetMemory);
    }

    internal static bool[] Truths(EventColumn column, ColumnOp operation) => column.Values is TruthValues truths
        ? truths.Values
        : throw new HistogramException($"{operation} takes columns of true and false, not of {column.Values.TypeName}.");

    private static EventColumn Lists(EventColumn column, ColumnOp operation) => column.IsJagged
        ? column
        : throw new HistogramException($"{operation} takes a column of objects, and this one has a value per event.");

    private static EventColumn Logical(ColumnOp operation, EventColumn left, EventColumn right)
    {
        Truths(left, operation);
        Truths(right, operation);
        var (first, second, offsets) = Aligned(left, right);
        var (a, b) = (((TruthValues)first).Values, ((TruthValues)second).Values);
        var result = new bool[a.Length];
        if (operation == ColumnOp.And)
        {
            for (var i = 0; i < result.Length; i++)
                result[i] = a[i] & b[i];
        }
        else
        {
            for (var i = 0; i < result.Length; i++)
                result[i] = a[i] | b[i];
        }

        return new EventColumn(new TruthValues(result), offsets);
    }

    private static bool[] Inverted(bool[] values) => Array.ConvertAll(values, value => !value);
}
