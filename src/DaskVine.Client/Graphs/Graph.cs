using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Client;

/// <summary>
/// A graph as Dask has them: keys and what computes them. Keys are strings, numbers and tuples of these; numbers of the same value are the
/// same key. What computes a key is a <see cref="Call"/>, a <see cref="Delayed{T}"/>, a list of such or of keys, another key, or any other
/// value, which is itself. Not for several threads while it changes.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "Dask's own term.")]
public sealed partial class Graph : IEnumerable<KeyValuePair<object, object?>>
{
    // Normal key → what was given. Numbers and tuples are looked for among arguments only if there are such keys.
    private readonly Dictionary<object, object?> _computations = [];

    /// <summary>How many keys there are.</summary>
    public int Count => _computations.Count;

    internal bool HasNumbers { get; private set; }

    internal bool HasTuples { get; private set; }

    /// <summary>What computes a key.</summary>
    /// <exception cref="GraphException">It cannot be a key, or (when read) is not in the graph.</exception>
    public object? this[object key]
    {
        get => _computations.TryGetValue(Keys.Normalize(key), out var computation)
            ? computation
            : throw new GraphException($"{Keys.Text(Keys.Normalize(key))} is not a key in the graph");
        set
        {
            var normal = Keys.Normalize(key);
            HasNumbers |= normal is not (string or KeyTuple);
            HasTuples |= normal is KeyTuple;
            _computations[normal] = value;
        }
    }

    /// <summary>The value of a key, for arguments: unlike the key alone it has to be in the graph.</summary>
    /// <exception cref="GraphException">It cannot be a key.</exception>
    public static object Ref(object key) => new Reference(key);

    /// <summary>A value for arguments and keys that is taken as it is, even if it equals a key.</summary>
    public static object Value(object? value) => new Literal(value);

    /// <summary>Whether there is such a key.</summary>
    public bool ContainsKey(object key) => Keys.TryNormalize(key, out var normal) && _computations.ContainsKey(normal);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<object, object?>> GetEnumerator() => _computations.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What computes a normal key.</summary>
    internal bool TryGet(object normal, out object? computation) => _computations.TryGetValue(normal, out computation);
}
