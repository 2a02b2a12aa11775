namespace DaskVine.Client;

/// <summary>Stands for the value of a key that has to be in the graph, where a string or number alone would be a value if it is not.</summary>
internal sealed class Reference(object key)
{
    public object Key { get; } = Keys.Normalize(key);
}

/// <summary>A value that is no key and holds none, whatever it looks like.</summary>
internal sealed class Literal(object? value)
{
    public object? Value { get; } = value;
}
