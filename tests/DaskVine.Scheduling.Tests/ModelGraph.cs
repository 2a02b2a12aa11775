using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>A random graph with what its client has sent and got.</summary>
internal sealed partial class ModelGraph
{
    public const int InlineBytes = 8;

    private readonly List<GraphNode> _nodes = [];
    private readonly int[] _wanted;
    private readonly Dictionary<int, int> _delivered = [];
    private readonly Queue<TaskOptions> _options;
    private readonly List<TaskOptions> _allOptions = [];
    private readonly GraphReports _reports;
    private readonly bool _returns;
    private readonly int _pruneDepth;
    // What the client heard of starts and ends, and how often each node's task raised.
    private readonly HashSet<int> _started = [];
    private readonly HashSet<int> _ended = [];
    private readonly Dictionary<int, int> _raised = [];
    private int _sent;
    private bool _opened;

    /// <param name="number">The client's.</param>
    /// <param name="decisions">What it is drawn from.</param>
    /// <param name="contended">Most tasks need a lock and little else.</param>
    public ModelGraph(int number, Decisions decisions, bool contended)
    {
        Number = number;
        IsSession = decisions.OneIn(3);
        _reports = IsSession ? GraphReports.None : (GraphReports)decisions.Below(4);
        _returns = decisions.OneIn(5) && !IsSession;
        _pruneDepth = decisions.OneIn(3) ? decisions.Below(4) : 1;
        for (var options = contended ? 2 : decisions.Below(4); options > 0; options--)
        {
            var next = _allOptions.Count + 1;
            _allOptions.Add(contended ? ModelOptions.DrawLock(number, next, decisions) : ModelOptions.Draw(number, next, decisions));
        }

        _options = new Queue<TaskOptions>(_allOptions);
        for (var count = decisions.Below(12) + 1; count > 0; count--)
            _nodes.Add(NodeOf(decisions, inputsMax: contended ? 1 : 3));
        _wanted = IsSession
            ? [.. Enumerable.Range(0, _nodes.Count)]
            : [.. Enumerable.Range(0, decisions.Below(3) + 1).Select(_ => decisions.Below(_nodes.Count)).Append(_nodes.Count - 1)];
    }

    public int Number { get; }

    public bool IsSealed { get; private set; }

    /// <summary>The client cancelled it or left.</summary>
    public bool IsCancelled { get; set; }

    public bool HasFailed { get; private set; }

    /// <summary>Nothing more is to come.</summary>
    public bool IsOver => IsCancelled || HasFailed || (IsSealed && !IsSession && _delivered.Count == _wanted.Distinct().Count());

    public bool MayFail { get; set; }

    /// <summary>The next record of its submission.</summary>
    public Record NextRecord(int chunk)
    {
        if (!_opened)
        {
            _opened = true;
            return new OpenGraph(Number, IsSession ? TaskMode.Command : TaskMode.FunctionCalls, "", _reports, _returns, _pruneDepth);
        }

        if (_options.TryDequeue(out var options))
            return options;

        if (_sent < _nodes.Count)
        {
            var first = _sent;
            _sent = Math.Min(first + chunk, _nodes.Count);
            return new SubmitNodes(Number, first, _nodes[first.._sent]);
        }

        if (IsSession)
            return NextOfSession(chunk);
        IsSealed = true;
        return new SealGraph(Number, _nodes.Count, _wanted);
    }

    public TaskOptions? OptionsOf(int node) => _nodes[node].Options is var number && number > 0 ? _allOptions[number - 1] : null;

    public void Raise(int node) => _raised[node] = _raised.GetValueOrDefault(node) + 1;

    /// <summary>Each starts once and then, perhaps, ends once.</summary>
    public void Hear(TaskEvents events)
    {
        Assert.True(_reports.HasFlag(GraphReports.Tasks) && !IsOver, $"graph {Number} is not to tell of its tasks now");
        Assert.All(events.Started, node => Assert.True(_started.Add(node), $"{Number}.{node} started twice"));
        Assert.All(events.Ended, ended => Assert.True(_started.Contains(ended.Node) && _ended.Add(ended.Node), $"{ended} is told at the wrong time"));
    }

    public void Hear(TaskOutput output)
    {
        Assert.True(_reports.HasFlag(GraphReports.Output) && !IsOver, $"graph {Number} is not to tell of its output now");
        Assert.Equal($"{Number}.{output.Node}", output.Out);
    }

    public void Fail(GraphFailed failed)
    {
        if (failed.Failure.Kind == FailureKind.Raised)
            Assert.True(_raised.GetValueOrDefault(failed.Node) > (OptionsOf(failed.Node)?.Retries ?? 0), $"{failed} comes too early");
        Assert.False(IsCancelled || HasFailed, $"graph {Number} ended twice");
        if (IsSession)
            Miss(failed);
        else
            HasFailed = true;
    }

    /// <summary>The client got the value of a node; it must be the right one, once, and wanted.</summary>
    public void Deliver(int node, string content)
    {
        Assert.Contains(node, _wanted);
        Assert.Equal($"{Number}.{node}", ModelWorker.NodeIn(content));
        Assert.True(_delivered.TryAdd(node, 1), $"node {Number}.{node} was delivered twice");
        Assert.False(HasFailed || IsCancelled, $"graph {Number} got a value after its end");
        if (IsOver && _reports.HasFlag(GraphReports.Tasks))
            Assert.All(_wanted, wanted => Assert.True(_nodes[wanted].Functions is null || _ended.Contains(wanted), $"the end of {Number}.{wanted} was not told"));
    }

    public void MustHaveRead(int node, List<string> inputs) =>
        Assert.Equal(_nodes[node].Inputs.Select(input => $"{Number}.{input}"), inputs);

    private GraphNode NodeOf(Decisions decisions, int inputsMax)
    {
        var name = $"{Number}.{_nodes.Count}";
        if (decisions.OneIn(5))
            return new GraphNode(null, Encoding.UTF8.GetBytes(decisions.OneIn(2) ? name.PadRight(InlineBytes + 1, 'x') : name), [], name);
        int[] functions = decisions.OneIn(6) ? [] : [decisions.Below(2)];
        int[] inputs = _nodes.Count == 0 ? [] : [.. Enumerable.Range(0, decisions.Below(inputsMax + 1)).Select(_ => decisions.Below(_nodes.Count))];
        return new GraphNode(functions, Encoding.UTF8.GetBytes(name), inputs, name, decisions.Below(_allOptions.Count + 1));
    }
}
