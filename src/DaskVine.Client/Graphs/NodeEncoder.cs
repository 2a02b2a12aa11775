using System.Collections;
using System.Runtime.CompilerServices;
using DaskVine.Protocol.Records;
using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>Writes the nodes of a plan as the manager takes them.</summary>
/// <param name="plan">Whose nodes.</param>
/// <param name="number">The number of a function on the link.</param>
internal sealed class NodeEncoder(Plan plan, Func<RemoteFunction, int> number)
{
    private readonly List<int> _slots = [];
    private readonly Dictionary<int, int> _positions = [];
    private BodyWriter _body = null!;

    /// <summary>Functions and body; inputs and options are those of the plan.</summary>
    /// <exception cref="GraphException">A value has no form in which it can travel.</exception>
    public GraphNode Encode(PlannedNode node, string text)
    {
        try
        {
            return node.Part switch
            {
                { Kind: PartKind.Literal } part => new GraphNode(null, ValueCodec.Encode(part.Item).ToArray(), [], text),
                { Kind: PartKind.Call, Item: Call call } => Task(node, call, text),
                _ => Expression(node, text),
            };
        }
        catch (ValueException e)
        {
            throw new GraphException($"task {text}: {e.Message}", e);
        }
    }

    private GraphNode Task(PlannedNode node, Call call, string text)
    {
        Begin(node);
        Slot(call.Function);
        _body = new BodyWriter(Count(call));
        Arguments(call);
        return new GraphNode([.. _slots], _body.ToArray(), node.Inputs, text, Neutral: node.IsNeutral);
    }

    private GraphNode Expression(PlannedNode node, string text)
    {
        Begin(node);
        _body = new BodyWriter(1);
        Item(node.Part.Item, null);
        return new GraphNode([], _body.ToArray(), node.Inputs, text, Neutral: node.IsNeutral);
    }

    private void Begin(PlannedNode node)
    {
        _slots.Clear();
        _positions.Clear();
        for (var i = 0; i < node.Inputs.Length; i++)
            _positions.Add(node.Inputs[i], i);
    }

    private static int Count(Call call) => call.Arguments.Length + (call.Keywords.Count > 0 ? 1 : 0);

    private void Arguments(Call call)
    {
        foreach (var argument in call.Arguments)
            Item(argument, call.Function.Runtime);
        if (call.Keywords.Count == 0)
            return;
        _body.BeginKeywords(call.Keywords.Count);
        foreach (var (name, argument) in call.Keywords)
        {
            _body.Name(name);
            Item(argument, call.Function.Runtime);
        }

        _body.End();
    }

    private void Item(object? item, Runtime? runtime)
    {
        var part = Part.Of(item, plan.Graph);
        switch (part)
        {
            case { Kind: PartKind.Call, Item: Call call } when call.Function.Runtime == runtime:
                _body.BeginCall(Slot(call.Function), Count(call));
                Arguments(call);
                _body.End();
                break;
            case { Kind: PartKind.Call or PartKind.Reference }:
                _body.Input(_positions[plan.Number(part.Item!)]);
                break;
            case { Kind: PartKind.List, Item: IList list }:
                _body.BeginList(list.Count);
                foreach (var element in list)
                    Item(element, runtime);
                break;
            case { Kind: PartKind.Tuple, Item: ITuple tuple }:
                _body.BeginTuple(tuple.Length);
                for (var i = 0; i < tuple.Length; i++)
                    Item(tuple[i], runtime);
                _body.End();
                break;
            default:
                _body.Literal(part.Item);
                break;
        }
    }

    private int Slot(RemoteFunction function)
    {
        var known = number(function);
        var slot = _slots.IndexOf(known);
        if (slot >= 0)
            return slot;
        _slots.Add(known);
        return _slots.Count - 1;
    }
}
