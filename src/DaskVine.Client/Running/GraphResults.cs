using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>The values of the keys that were asked for. Each is decoded when it is read, as what the reader wants. For any number of threads.</summary>
public sealed class GraphResults
{
    private readonly IReadOnlyDictionary<object, ReceivedValue> _values;

    internal GraphResults(IReadOnlyDictionary<object, ReceivedValue> values) => _values = values;

    /// <summary>How many keys were asked for.</summary>
    public int Count => _values.Count;

    /// <summary>The value of a key, or of a <see cref="Delayed{T}"/>, as a <typeparamref name="T"/>.</summary>
    /// <exception cref="GraphException">The key was not asked for, or its value is none of that type.</exception>
    public T Get<T>(object key) => (T)Get(key, typeof(T))!;

    /// <summary>The value of a key as an object of a type.</summary>
    /// <exception cref="GraphException">The key was not asked for, or its value is none of that type.</exception>
    public object? Get(object key, Type type)
    {
        var normal = key is IDelayed ? key : Keys.Normalize(key);
        var text = key is IDelayed ? PlannedNode.Text(key, 0) : Keys.Text(normal);
        if (!_values.TryGetValue(normal, out var value))
            throw new GraphException($"{text} was not asked for");
        try
        {
            return value.Read(type, $"the result of {text}");
        }
        catch (ValueException e)
        {
            throw new GraphException(e.Message, e);
        }
    }
}

/// <summary>A value as it came.</summary>
internal abstract record ReceivedValue
{
    public abstract object? Read(Type type, string what);
}

/// <summary>In any form of its own.</summary>
internal sealed record ReceivedBytes(ReadOnlyMemory<byte> Bytes) : ReceivedValue
{
    public override object? Read(Type type, string what) => ValueCodec.Decode(Bytes, type, what);
}

/// <summary>With others in one stream.</summary>
internal sealed record ReceivedRow(ValueRows Rows, int Row) : ReceivedValue
{
    public override object? Read(Type type, string what) => Rows.Get(Row, type, what);
}
