using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DaskVine.Protocol.Records;
using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>Writes the nodes of a plan as the manager takes them.</summary>
/// <param name="plan">Whose nodes.</param>
/// <param name="number">The number of a function on the link.</param>
internal sealed class NodeEncoder(Plan plan, Func<RemoteFunction, int> number)
{
    // What was larger is not kept: clearing it would cost each later node, and its room this process.
    private const int FewInputs = 64;
    private const int SmallBody = 64 * 1024;

    private readonly List<int> _slots = [];
    private Dictionary<int, int> _positions = [];
    private BodyWriter _body = new(0);

    // Of the node before: most call the same function.
    private int[] _functions = [];

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
        Begin(node, Count(call));
        Slot(call.Function);
        Arguments(call);
        if (!_functions.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(_slots)))
            _functions = [.. _slots];
        return new GraphNode(_functions, Body(), node.Inputs, text, Neutral: node.IsNeutral);
    }

    private GraphNode Expression(PlannedNode node, string text)
    {
        Begin(node, arguments: 1);
        Item(node.Part.Item, null);
        return new GraphNode([], Body(), node.Inputs, text, Neutral: node.IsNeutral);
    }

    private void Begin(PlannedNode node, int arguments)
    {
        _body.Restart(arguments);
        _slots.Clear();
        if (_positions.Count > FewInputs)
            _positions = [];
        else
            _positions.Clear();
        for (var i = 0; i < node.Inputs.Length; i++)
            _positions.Add(node.Inputs[i], i);
    }

    private byte[] Body()
    {
        var body = _body.ToArray();
        if (body.Length > SmallBody)
            _body = new BodyWriter(0);
        return body;
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
            case { Kind: PartKind.Call, Item: Call call } when call.IsPartOf(runtime):
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
