using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>The dictionaries that a stream or file has sent so far.</summary>
internal sealed class DictionaryStore
{
    private readonly IReadOnlyDictionary<Field, long> _idOf;
    // Every id that the schema names has the one type of values that all its fields agree on.
    private readonly Dictionary<long, ArrowType> _types = [];
    // Only ids that are in _types, each with values of that type.
    private readonly Dictionary<long, DictionaryValues> _values = [];
    // Stand-ins for ids that were read before any values came, made once each.
    private readonly Dictionary<long, DictionaryValues> _empty = [];

    private readonly bool _mayReplace;

    internal DictionaryStore(DecodedSchema schema, bool mayReplace)
    {
        _mayReplace = mayReplace;
        _idOf = schema.DictionaryIds;
        foreach ((Field field, long id) in _idOf)
        {
            ArrowType type = ((DictionaryType)field.Type).ValueType;
            if (!_types.TryAdd(id, type) && !_types[id].Equals(type))
                throw new ArrowFormatException($"Dictionary {id} has values of different types: {_types[id]} and {type}.");
        }
    }

    /// <summary>The dictionary of a field; an empty one before any was sent.</summary>
    internal DictionaryValues Of(Field field)
    {
        long id = _idOf[field];
        if (_values.TryGetValue(id, out DictionaryValues? values) || _empty.TryGetValue(id, out values))
            return values;
        return _empty[id] = new DictionaryValues(ArrayFactory.Empty(_types[id]));
    }

    /// <summary>Takes a dictionary that was sent: a new one, one in place of another, or more of it.</summary>
    internal void Add(IpcMessage message)
    {
        FlatTable header = message.Header;
        long id = header.Int64(Slots.DictionaryBatchId);
        if (!_types.TryGetValue(id, out ArrowType? type))
            throw new ArrowFormatException($"Dictionary {id} belongs to no field of the schema.");
        var batch = new BatchDecoder(header.Table(Slots.DictionaryBatchData, "a dictionary's batch"), message, this);
        ArrowArray values = batch.Column(new Field($"dictionary {id}", type));
        _values.TryGetValue(id, out DictionaryValues? old);
        bool isDelta = header.Boolean(Slots.DictionaryBatchIsDelta);
        if (old is not null && !isDelta && !_mayReplace)
            throw new ArrowFormatException($"The Arrow file has two dictionaries {id}, of which one would replace the other.");
        _values[id] = old is not null && isDelta ? old.Extend(values) : new DictionaryValues(values);
    }
}
