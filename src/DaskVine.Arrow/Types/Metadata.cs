using System.Collections;

namespace DaskVine.Arrow;

/// <summary>
/// Texts by key that travel with a schema or a field. A key may occur more than once; the order does not count for equality.
/// </summary>
public sealed class Metadata : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<Metadata>
{
    private readonly KeyValuePair<string, string>[] _pairs;

    /// <summary>Makes metadata of those pairs.</summary>
    public Metadata(IEnumerable<KeyValuePair<string, string>> pairs) => _pairs = [.. pairs];

    /// <summary>No metadata.</summary>
    public static Metadata Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _pairs[index];

    /// <summary>The first text under a key; null when there is none.</summary>
    public string? this[string key]
    {
        get
        {
            foreach ((string name, string value) in _pairs)
            {
                if (name == key)
                    return value;
            }
            return null;
        }
    }

    /// <summary>Makes metadata of those pairs.</summary>
    public static Metadata Of(params (string Key, string Value)[] pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));

    /// <summary>This metadata with one more pair, in place of those of the same key.</summary>
    public Metadata With(string key, string value) =>
        new(_pairs.Where(pair => pair.Key != key).Append(KeyValuePair.Create(key, value)));

    /// <inheritdoc/>
    public bool Equals(Metadata? other) => ReferenceEquals(this, other)
        || (other is not null && Count == other.Count && InOrder().SequenceEqual(other.InOrder()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => InOrder().Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _pairs.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<KeyValuePair<string, string>> InOrder() =>
        _pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal);
}
