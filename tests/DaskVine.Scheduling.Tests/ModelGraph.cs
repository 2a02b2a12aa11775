using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>A random graph with what its client has sent and got.</summary>
internal sealed class ModelGraph
{
    public const int InlineBytes = 8;

    private readonly List<GraphNode> _nodes = [];
    private readonly int[] _wanted;
    private readonly Dictionary<int, int> _delivered = [];
    private int _sent;
    private bool _opened;

    public ModelGraph(int number, Decisions decisions)
    {
        Number = number;
        for (var count = decisions.Below(12) + 1; count > 0; count--)
            _nodes.Add(NodeOf(decisions));
        _wanted = [.. Enumerable.Range(0, decisions.Below(3) + 1).Select(_ => decisions.Below(_nodes.Count)).Append(_nodes.Count - 1)];
    }

    public int Number { get; }

    public bool IsSealed { get; private set; }

    /// <summary>The client cancelled it or left.</summary>
    public bool IsCancelled { get; set; }

    public bool HasFailed { get; private set; }

    /// <summary>Nothing more is to come.</summary>
    public bool IsOver => IsCancelled || HasFailed || (IsSealed && _delivered.Count == _wanted.Distinct().Count());

    public bool MayFail { get; set; }

    /// <summary>The next record of its submission.</summary>
    public Record NextRecord(int chunk)
    {
        if (!_opened)
        {
            _opened = true;
            return new OpenGraph(Number, TaskMode.FunctionCalls, "");
        }

        if (_sent < _nodes.Count)
        {
            var first = _sent;
            _sent = Math.Min(first + chunk, _nodes.Count);
            return new SubmitNodes(Number, first, _nodes[first.._sent]);
        }

        IsSealed = true;
        return new SealGraph(Number, _nodes.Count, _wanted);
    }

    public void Fail()
    {
        Assert.False(IsCancelled || HasFailed, $"graph {Number} ended twice");
        HasFailed = true;
    }

    /// <summary>The client got the value of a node; it must be the right one, once, and wanted.</summary>
    public void Deliver(int node, string content)
    {
        Assert.Contains(node, _wanted);
        Assert.Equal($"{Number}.{node}", ModelWorker.NodeIn(content));
        Assert.True(_delivered.TryAdd(node, 1), $"node {Number}.{node} was delivered twice");
        Assert.False(HasFailed || IsCancelled, $"graph {Number} got a value after its end");
    }

    public void MustHaveRead(int node, List<string> inputs) =>
        Assert.Equal(_nodes[node].Inputs.Select(input => $"{Number}.{input}"), inputs);

    private GraphNode NodeOf(Decisions decisions)
    {
        var name = $"{Number}.{_nodes.Count}";
        if (decisions.OneIn(5))
            return new GraphNode(null, Encoding.UTF8.GetBytes(decisions.OneIn(2) ? name.PadRight(InlineBytes + 1, 'x') : name), [], name);
        int[] functions = decisions.OneIn(6) ? [] : [decisions.Below(2)];
        int[] inputs = _nodes.Count == 0 ? [] : [.. Enumerable.Range(0, decisions.Below(4)).Select(_ => decisions.Below(_nodes.Count))];
        return new GraphNode(functions, Encoding.UTF8.GetBytes(name), inputs, name);
    }
}
