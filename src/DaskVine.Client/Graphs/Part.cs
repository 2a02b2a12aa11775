using System.Collections;
using System.Runtime.CompilerServices;

namespace DaskVine.Client;

internal enum PartKind
{
    /// <summary>A value as it is.</summary>
    Literal,

    /// <summary>Stands for the value of a key: a normal one, or an object that is its own key.</summary>
    Reference,

    /// <summary>A <see cref="Call"/>.</summary>
    Call,

    /// <summary>An IList whose elements are parts.</summary>
    List,

    /// <summary>An ITuple whose elements are parts.</summary>
    Tuple,
}

/// <summary>What an argument, an element or a whole computation is in a graph.</summary>
internal readonly record struct Part(PartKind Kind, object? Item)
{
    public static Part Of(object? item, Graph graph) => item switch
    {
        null => new Part(PartKind.Literal, null),
        string or KeyTuple => OfPossibleKey(item, item, graph),
        Call => new Part(PartKind.Call, item),
        IDelayed => new Part(PartKind.Reference, item),
        Reference reference => new Part(PartKind.Reference, reference.Key),
        Literal literal => new Part(PartKind.Literal, literal.Value),
        ITuple tuple => OfTuple(tuple, graph),
        IList list when MayHoldKeys(list) => new Part(PartKind.List, item),
        ValueType when graph.HasNumbers && Keys.TryNormalize(item, out var normal) => OfPossibleKey(normal, item, graph),
        _ => new Part(PartKind.Literal, item),
    };

    private static Part OfPossibleKey(object normal, object item, Graph graph) =>
        graph.TryGet(normal, out _) ? new Part(PartKind.Reference, normal) : new Part(PartKind.Literal, item);

    private static Part OfTuple(ITuple tuple, Graph graph)
    {
        if (graph.HasTuples && Keys.TryNormalize(tuple, out var normal) && graph.TryGet(normal, out _))
            return new Part(PartKind.Reference, normal);
        // As with Dask, keys in a tuple stand for nothing; what can be nothing but a part of a graph is one.
        for (var i = 0; i < tuple.Length; i++)
        {
            if (tuple[i] is IDelayed or Client.Call or Client.Reference)
                return new Part(PartKind.Tuple, tuple);
        }

        return new Part(PartKind.Literal, tuple);
    }

    // Arrays of numbers are data, as NumPy's are; lists of numbers may hold keys, as Python's may.
    private static bool MayHoldKeys(IList list)
    {
        var type = list.GetType();
        var element = type.IsArray ? type.GetElementType()! : type.IsGenericType ? type.GetGenericArguments()[0] : typeof(object);
        if (type.IsArray && list is Array { Rank: > 1 })
            return false;
        return element == typeof(object) || element == typeof(string) || element == typeof(Call) || typeof(ITuple).IsAssignableFrom(element)
            || typeof(IDelayed).IsAssignableFrom(element) || typeof(IList).IsAssignableFrom(element)
            || (!type.IsArray && (element == typeof(int) || element == typeof(long)));
    }
}
