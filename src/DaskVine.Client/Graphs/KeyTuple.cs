namespace DaskVine.Client;

/// <summary>A key that is a tuple; equal to another one with equal elements.</summary>
internal sealed class KeyTuple(object[] items) : IEquatable<KeyTuple>
{
    private readonly int _hash = Hash(items);

    public IReadOnlyList<object> Items => items;

    public bool Equals(KeyTuple? other) => other is not null && other._hash == _hash && items.AsSpan().SequenceEqual(other.Items.ToArray());

    public override bool Equals(object? obj) => Equals(obj as KeyTuple);

    public override int GetHashCode() => _hash;

    private static int Hash(object[] items)
    {
        var hash = new HashCode();
        foreach (var item in items)
            hash.Add(item);
        return hash.ToHashCode();
    }
}
