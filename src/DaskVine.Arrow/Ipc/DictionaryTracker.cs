namespace DaskVine.Arrow.Ipc;

/// <summary>Values of a dictionary that have to be written before a batch.</summary>
internal readonly record struct DictionaryPart(long Id, ArrowArray Values, bool IsDelta);

/// <summary>Finds out which dictionaries a batch needs that were not written yet.</summary>
internal sealed class DictionaryTracker(bool mayReplace)
{
    // By dictionary id: the values that readers have at this point.
    private readonly Dictionary<long, ArrowArray> _written = [];
    private long _nextId;

    /// <summary>What to write before the batch, inner dictionaries before those that use them.</summary>
    /// <exception cref="InvalidOperationException">A dictionary changed, which a file cannot tell.</exception>
    internal List<DictionaryPart> Before(RecordBatch batch)
    {
        var parts = new List<DictionaryPart>();
        _nextId = 0;
        foreach (ArrowArray column in batch.Columns)
            Visit(column, parts);
        return parts;
    }

    /// <summary>Numbers dictionaries as <see cref="SchemaEncoder"/> does.</summary>
    private void Visit(ArrowArray array, List<DictionaryPart> parts)
    {
        if (array is DictionaryArray dictionary)
        {
            long id = _nextId++;
            ArrowArray values = dictionary.Values;
            Visit(values, parts);
            if (Changed(id, values) is DictionaryPart part)
            {
                _written[id] = values;
                parts.Add(part);
            }
        }
        foreach (ArrowArray child in array.Children)
            Visit(child, parts);
    }

    private DictionaryPart? Changed(long id, ArrowArray values)
    {
        if (!_written.TryGetValue(id, out ArrowArray? old))
            return new DictionaryPart(id, values, false);
        if (ReferenceEquals(old, values))
            return null;
        bool isLonger = values.Length >= old.Length && old.ContentEquals(values.Slice(0, old.Length));
        if (isLonger && values.Length == old.Length)
            return null;
        // Inner dictionaries may have changed, so that old and new parts would point into different ones.
        if (isLonger && TypeRules.TakesMemory(values.Type) && !HasDictionary(values.Type))
            return new DictionaryPart(id, values.Slice(old.Length, values.Length - old.Length), true);
        return mayReplace
            ? new DictionaryPart(id, values, false)
            : throw new InvalidOperationException(
                "A dictionary differs between batches, which an Arrow file cannot tell: write a stream, or combine the batches first.");
    }

    private static bool HasDictionary(ArrowType type) =>
        type is DictionaryType || type.Children.Any(child => HasDictionary(child.Type));
}
