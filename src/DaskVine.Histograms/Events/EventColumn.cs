using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>
/// A column of a partition: one value per event, or as many as the event has objects (muons, jets). It never changes, and what is
/// computed of it is another one. Spans are read in place: hold the column, or its <see cref="Events"/>, for as long as they are used.
/// </summary>
public sealed class EventColumn : ColumnAlgebra<EventColumn>
{
    private readonly ColumnValues _values;

    // Where the objects of each event begin, from 0 on, and one number more; empty without objects.
    private readonly ReadOnlyMemory<int> _offsets;

    internal EventColumn(ColumnValues values, ReadOnlyMemory<int> offsets = default, bool isConstant = false)
    {
        _values = values;
        _offsets = offsets;
        IsConstant = isConstant;
    }

    /// <summary>Whether each event has a list of values.</summary>
    public bool IsJagged => !_offsets.IsEmpty;

    /// <summary>Number of events.</summary>
    public int EventCount => IsJagged ? _offsets.Length - 1 : _values.Length;

    /// <summary>Number of values: events, or objects of all events.</summary>
    public int Length => _values.Length;

    /// <summary>The objects of event i are the values from Offsets[i] to before Offsets[i + 1]; empty for a column without objects.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.Span;

    /// <summary>Whether the values are true and false.</summary>
    public bool IsTruth => _values is TruthValues;

    internal ColumnValues Values => _values;

    internal ReadOnlyMemory<int> OffsetMemory => _offsets;

    /// <summary>One number for whatever it goes together with.</summary>
    internal bool IsConstant { get; }

    /// <summary>A column of one value per event.</summary>
    public static EventColumn Of(double[] values) => new(new NumberValues<double>(values));

    /// <summary>A column of truth values, one per event.</summary>
    public static EventColumn Of(bool[] values) => new(new TruthValues(values));

    /// <summary>A column of lists: the objects of event i are values[offsets[i]..offsets[i + 1]].</summary>
    /// <exception cref="HistogramException">The offsets do not begin with 0, decrease, or end elsewhere than the values.</exception>
    public static EventColumn Of(double[] values, int[] offsets)
    {
        var isWhole = offsets.Length > 0 && offsets[0] == 0 && offsets[^1] == values.Length;
        for (var i = 1; i < offsets.Length; i++)
            isWhole &= offsets[i] >= offsets[i - 1];
        return isWhole
            ? new EventColumn(new NumberValues<double>(values), offsets)
            : throw new HistogramException($"Offsets begin with 0, never decrease, and end with the number of values, {values.Length}.");
    }

    /// <summary>A column of an Arrow array of double, float, int, long or bool, or of lists of such. Numbers stay where they are.</summary>
    /// <exception cref="HistogramException">It has nulls, or another type.</exception>
    public static EventColumn Of(ArrowArray array, string name = "") => ArrowColumns.Read(array, name);

    /// <summary>The values of all events as doubles: in place, or converted.</summary>
    public ReadOnlySpan<double> ToDoubles() => _values.ToDoubles().Span;

    /// <summary>The values in place.</summary>
    /// <typeparam name="T">double, float, int, long or bool: what the column holds.</typeparam>
    /// <exception cref="HistogramException">It holds another type; the message says which.</exception>
    public ReadOnlySpan<T> Span<T>()
        where T : unmanaged => Memory<T>().Span;

    internal ReadOnlyMemory<T> Memory<T>()
        where T : unmanaged
    {
        object? found = _values switch
        {
            NumberValues<double> numbers => numbers.Memory,
            NumberValues<float> numbers => numbers.Memory,
            NumberValues<int> numbers => numbers.Memory,
            NumberValues<long> numbers => numbers.Memory,
            TruthValues truths => (ReadOnlyMemory<bool>)truths.Values,
            _ => null,
        };
        return found is ReadOnlyMemory<T> memory
            ? memory
            : throw new HistogramException($"The column holds {_values.TypeName}, not {typeof(T).Name}.");
    }

    private protected override EventColumn Apply(ColumnOp operation, params ReadOnlySpan<EventColumn> operands) =>
        ColumnOperations.Apply(operation, operands);

    private protected override EventColumn Constant(double number) => ColumnOperations.Constant(number);
}
