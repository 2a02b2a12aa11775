namespace DaskVine.Arrow;

/// <summary>
/// The values of a dictionary, of which a stream may send more later. What was sent before stays where it is, so that arrays
/// from before see the longer dictionary too, and it is put together once at most.
/// </summary>
internal sealed class DictionaryValues
{
    private readonly ArrowArray _part;
    private readonly DictionaryValues? _previous;
    // This dictionary with more values; not always the next step, since walks leave the furthest that they found.
    private DictionaryValues? _later;
    private ArrowArray? _combined;

    internal DictionaryValues(ArrowArray values)
        : this(values, null)
    {
    }

    private DictionaryValues(ArrowArray part, DictionaryValues? previous)
    {
        _part = part;
        _previous = previous;
        long length = part.Length + (long)(previous?.Length ?? 0);
        Length = length <= int.MaxValue ? (int)length : throw new ArrowFormatException("A dictionary has more than 2^31 values.");
    }

    internal ArrowType Type => _part.Type;

    /// <summary>How many values there were when this part came.</summary>
    internal int Length { get; }

    internal ArrowArray Combined
    {
        get
        {
            DictionaryValues last = Last;
            return last._combined ??= last.Combine();
        }
    }

    private DictionaryValues Last
    {
        get
        {
            DictionaryValues last = this;
            while (last._later is not null)
                last = last._later;
            if (!ReferenceEquals(last, this))
                _later = last;
            return last;
        }
    }

    /// <summary>This dictionary and more values after its own.</summary>
    internal DictionaryValues Extend(ArrowArray more)
    {
        if (!TypeRules.TakesMemory(more.Type))
            throw new ArrowFormatException($"A dictionary of type {TypeRules.Name(more.Type)} cannot be sent in parts.");
        return _later = new DictionaryValues(more, this);
    }

    /// <summary>Whether one of the two grew out of the other, so that an index means the same in both.</summary>
    internal bool IsSame(DictionaryValues other) => ReferenceEquals(Last, other.Last);

    private ArrowArray Combine()
    {
        var parts = new List<ArrowArray>();
        for (DictionaryValues? at = this; at is not null; at = at._previous)
            parts.Add(at._part);
        parts.Reverse();
        return ArrayConcatenator.Concatenate(parts);
    }
}
