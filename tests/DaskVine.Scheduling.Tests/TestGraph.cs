using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Builds a graph and sends it: all in one step with <see cref="Wanted"/>, or in parts.</summary>
internal sealed partial class TestGraph(SchedulerEnvironment environment, TestClient client, int number, TaskMode mode)
{
    private readonly List<string> _keys = [];
    private readonly List<GraphNode> _nodes = [];
    private int _sent;
    private bool _opened;
    private int _options;
    private GraphReports _reports;
    private bool _returns;
    private int _pruneDepth = 1;

    /// <summary>A task that calls the function "f".</summary>
    public TestGraph Task(string key, params string[] inputs) => Call("f", key, inputs);

    public TestGraph Tasks(params string[] keys)
    {
        foreach (var key in keys)
            Task(key);
        return this;
    }

    /// <summary>Tasks that call the function "g".</summary>
    public TestGraph Calls(params string[] keys)
    {
        foreach (var key in keys)
            Call("g", key);
        return this;
    }

    public TestGraph Call(string function, string key, params string[] inputs) =>
        Node([client.Function(function)], SchedulerEnvironment.Bytes(key), key, inputs);

    public TestGraph Expression(string key, params string[] inputs) => Node([], SchedulerEnvironment.Bytes(key), key, inputs);

    /// <summary>A value that spells its key, or is as many bytes as are asked for.</summary>
    public TestGraph Value(string key, int? size = null) =>
        Node(null, size is { } bytes ? new byte[bytes] : SchedulerEnvironment.Bytes(key), key, []);

    public TestGraph Node(int[]? functions, byte[] body, string key, string[] inputs)
    {
        environment.NameInputs(key, inputs);
        return Node(new GraphNode(functions, body, [.. inputs.Select(input => _keys.IndexOf(input))], key, _options));
    }

    public TestGraph Node(GraphNode node)
    {
        _keys.Add(node.Key);
        _nodes.Add(node);
        return this;
    }

    /// <summary>What the client wants to hear.</summary>
    public TestGraph Reports(GraphReports reports)
    {
        _reports = reports;
        return this;
    }

    /// <summary>Sends options, which hold for the nodes that are added next. Each call of a library takes so many cores.</summary>
    public TestGraph Options(
        int options, long priority = 0, int retries = 0, string[]? workers = null, bool elsewhere = false,
        Dictionary<string, long>? resources = null, string[]? locks = null, bool checkpoint = false, string? library = null, int cores = 0,
        int slots = 0, ExecMode exec = ExecMode.Fork)
    {
        Open();
        int? runBy = library is null ? null : client.Library(new LibrarySpec { Name = library, Mode = exec, Slots = slots, Cores = slots * cores });
        client.Sends(new TaskOptions(
            number, options, priority, retries, workers ?? [], elsewhere, resources ?? [], locks ?? [], checkpoint, runBy, cores));
        return With(options);
    }

    /// <summary>These options hold for the nodes that are added next.</summary>
    public TestGraph With(int options)
    {
        _options = options;
        return this;
    }

    /// <summary>Sends the nodes that were not sent yet.</summary>
    public TestGraph Submit()
    {
        Open();
        client.Sends(new SubmitNodes(number, _sent, _nodes[_sent..]));
        _sent = _nodes.Count;
        return this;
    }

    public void Seal(params string[] wanted) =>
        client.Sends(new SealGraph(number, _nodes.Count, [.. wanted.Select(key => _keys.IndexOf(key))]));

    /// <summary>Sends everything in one step.</summary>
    public void Wanted(params string[] wanted) => environment.AtOnce(() =>
    {
        Submit();
        Seal(wanted);
    });

    public void Cancel() => client.Sends(new CancelGraph(number));

    public void Open()
    {
        if (!_opened)
            client.Sends(new OpenGraph(number, mode, "a graph", _reports, _returns, _pruneDepth));
        _opened = true;
    }
}
