using System.Collections;
using System.Runtime.CompilerServices;

namespace DaskVine.Client;

/// <summary>Finds what a computation reads: normal keys, and calls that become nodes of their own as another runtime makes them.</summary>
internal sealed class Scanner(Graph graph)
{
    // Clearing a set that has been large costs as much as filling it.
    private const int Few = 64;

    private static readonly List<object> s_nothing = [];

    private HashSet<object> _seen = [];
    private List<object> _found = s_nothing;

    /// <summary>All functions that were met.</summary>
    public HashSet<RemoteFunction> Functions { get; } = [];

    /// <summary>Each once, in the order in which they are met.</summary>
    /// <exception cref="GraphException">Calls are nested too deeply.</exception>
    public List<object> Scan(Part part)
    {
        if (_seen.Count > Few)
            _seen = [];
        else
            _seen.Clear();
        _found = s_nothing;
        switch (part)
        {
            case { Kind: PartKind.Reference }: Add(part.Item!); break;
            case { Kind: PartKind.Call, Item: Call call }: Arguments(call); break;
            case { Kind: PartKind.List, Item: IList list }: Elements(list, null); break;
            case { Kind: PartKind.Tuple, Item: ITuple tuple }: Elements(tuple, null); break;
        }

        return _found;
    }

    private void Arguments(Call call)
    {
        Functions.Add(call.Function);
        foreach (var argument in call.Arguments)
            Item(argument, call.Function.Runtime);
        foreach (var (_, argument) in call.Keywords)
            Item(argument, call.Function.Runtime);
    }

    private void Elements(IList list, Runtime? runtime)
    {
        foreach (var element in list)
            Item(element, runtime);
    }

    private void Elements(ITuple tuple, Runtime? runtime)
    {
        for (var i = 0; i < tuple.Length; i++)
            Item(tuple[i], runtime);
    }

    private void Item(object? item, Runtime? runtime)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new GraphException("a task is nested too deeply: give its inner calls and lists keys of their own");
        var part = Part.Of(item, graph);
        switch (part.Kind)
        {
            case PartKind.Call when ((Call)item!).IsPartOf(runtime): Arguments((Call)item); break;
            case PartKind.Call or PartKind.Reference: Add(part.Item!); break;
            case PartKind.List: Elements((IList)item!, runtime); break;
            case PartKind.Tuple: Elements((ITuple)item!, runtime); break;
        }
    }

    private void Add(object key)
    {
        if (!_seen.Add(key))
            return;
        if (_found == s_nothing)
            _found = [];
        _found.Add(key);
    }
}
