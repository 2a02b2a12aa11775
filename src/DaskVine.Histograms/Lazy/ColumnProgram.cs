namespace DaskVine.Histograms;

/// <summary>A step of what a partition's task computes of its columns.</summary>
/// <param name="Operation">What.</param>
/// <param name="Name">The column or collection that it reads, if it does.</param>
/// <param name="Number">Of a constant.</param>
/// <param name="Operands">Numbers of the steps whose results it takes, all before it.</param>
internal sealed record ColumnStep(ColumnOp Operation, string Name, double Number, int[] Operands);

/// <summary>Lazy columns as steps, each once, however often its result is used.</summary>
internal sealed class ColumnProgram
{
    private readonly List<ColumnStep> _steps = [];
    private readonly Dictionary<LazyColumn, int> _numbers = [];

    internal ColumnStep[] Steps => [.. _steps];

    /// <summary>Adds what a column needs; the number of the step whose result it is.</summary>
    internal int Add(LazyColumn column)
    {
        // A stack of its own: a loop may have made an expression of any depth.
        var open = new Stack<LazyColumn>([column]);
        while (open.TryPeek(out var next))
        {
            var missing = next.Operands.Where(operand => !_numbers.ContainsKey(operand)).ToList();
            missing.ForEach(open.Push);
            if (missing.Count > 0)
                continue;
            open.Pop();
            if (_numbers.TryAdd(next, _steps.Count))
                _steps.Add(new ColumnStep(next.Operation, next.Name, next.Number, Array.ConvertAll(next.Operands, operand => _numbers[operand])));
        }

        return _numbers[column];
    }

    /// <summary>The results of steps. Those in between are forgotten as soon as nobody needs them.</summary>
    internal static EventColumn?[] Run(Events events, ColumnStep[] steps, IEnumerable<int> wanted)
    {
        var last = new int[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            foreach (var operand in steps[i].Operands)
                last[operand] = i;
        }

        foreach (var number in wanted)
            last[number] = steps.Length;
        var results = new EventColumn?[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            results[i] = Run(events, steps[i], results);
            foreach (var operand in steps[i].Operands)
            {
                if (last[operand] == i)
                    results[operand] = null;
            }
        }

        return results;
    }

    private static EventColumn Run(Events events, ColumnStep step, EventColumn?[] results) => step.Operation switch
    {
        ColumnOp.Read => events[step.Name],
        ColumnOp.Constant => ColumnOperations.Constant(step.Number),
        ColumnOp.PairMass => events.PairMass(step.Name),
        ColumnOp.PairCharge => events.PairCharge(step.Name),
        ColumnOp.PairDeltaR => events.PairDeltaR(step.Name),
        ColumnOp.TripletMass => events.TripletMass(step.Name),
        ColumnOp.TripletPt => events.TripletPt(step.Name),
        _ => ColumnOperations.Apply(step.Operation, Array.ConvertAll(step.Operands, operand => results[operand]!)),
    };
}
