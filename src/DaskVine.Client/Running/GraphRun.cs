using System.Threading.Channels;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>One graph on its way through the manager: submission, results, failure.</summary>
internal sealed class GraphRun
{
    // The first chunk is small, so that the first tasks run while the rest is encoded.
    private const int FirstChunk = 64;
    private const int ChunkNodes = 512;
    private const long ChunkBytes = 1 << 20;

    // What a manager takes as one frame, less what else the message needs.
    private const int MaxBody = (1 << 30) - (1 << 20);
    private const int MaxLabel = 100;

    private readonly Connection _connection;
    private readonly GraphRequest _request;
    private readonly bool _isNear;
    private readonly IReadOnlyList<object> _wanted;
    private readonly Plan _plan;
    private readonly GraphLibrary? _library;
    private readonly HashSet<int> _checkpoints;
    private readonly int[] _mounted;
    private readonly int _graph;
    private readonly ChannelReader<Record> _mailbox;
    private readonly GraphOptions _options;
    private readonly Dictionary<RemoteFunction, int> _functions = [];
    private readonly IncomingResults _results;

    /// <exception cref="GraphException">The graph cannot run.</exception>
    /// <exception cref="ManagerLostException">There is no manager any more.</exception>
    public GraphRun(Connection connection, GraphRequest request, bool isNear)
    {
        _connection = connection;
        _request = request;
        _isNear = isNear;
        _wanted = [.. request.Wanted.Select(key => key is IDelayed ? key : Keys.Normalize(key)).Distinct()];
        _plan = Plan.Make(request.Graph, _wanted);
        _checkpoints = _plan.Numbers(request.Checkpoints);
        if (request.PruneDepth < 0)
            throw new GraphException($"a prune depth of {request.PruneDepth}: it is a whole number from 0, which keeps everything until the graph ends");
        _library = _plan.HasDotnet ? new GraphLibrary(_plan, request) : null;
        _mounted = [.. Enumerable.Range(0, _library?.Count ?? 0)];
        _results = new IncomingResults(_wanted.Select(Node));
        (_graph, _mailbox) = connection.OpenMailbox();
        _options = new GraphOptions(connection, _graph, request, _library);
    }

    /// <summary>Sends the graph and waits for its results. Whatever ends it early cancels it at the manager.</summary>
    /// <exception cref="VineException">What went wrong, by its type.</exception>
    public async Task<GraphResults> ExecuteAsync(CancellationToken cancellation)
    {
        var isOver = false;
        try
        {
            isOver = _wanted.Count == 0;
            if (!isOver)
                await SubmitAsync(cancellation).ConfigureAwait(false);
            while (!_results.AreComplete)
                Take(await _mailbox.ReadAsync(cancellation).ConfigureAwait(false));
            isOver = true;
            return new GraphResults(_wanted.ToDictionary(key => key, key => _results[Node(key)]));
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            throw reason;
        }
        finally
        {
            _connection.CloseMailbox(_graph);
            if (!isOver)
            {
                _connection.Post(new CancelGraph(_graph));
                _connection.Flush();
            }
        }
    }

    private int Node(object key) => _mounted.Length + _plan.Number(key);

    private async Task SubmitAsync(CancellationToken cancellation)
    {
        var label = PlannedNode.Text(_wanted[0], _plan.Number(_wanted[0]));
        _connection.Post(new OpenGraph(
            _graph, (Protocol.TaskMode)_request.TaskMode, label[..Math.Min(label.Length, MaxLabel)], Returns: !_request.LazyTransfers,
            PruneDepth: _request.PruneDepth));
        if (_library is not null)
            await _library.DeclareAsync(_connection, _graph, _isNear).ConfigureAwait(false);
        var encoder = new NodeEncoder(_plan, Number);
        var (chunk, size, limit) = (new List<GraphNode>(), 0L, FirstChunk);
        var first = _mounted.Length;
        for (var i = 0; i < _plan.Nodes.Count; i++)
        {
            var node = Mounted(i, encoder.Encode(_plan.Nodes[i], PlannedNode.Text(_plan.Nodes[i].Key, i)));
            if (node.Body.Length > MaxBody)
            {
                throw new GraphException(
                    $"task {node.Key} holds {node.Body.Length >> 20} MiB of data, more than a message can take: make or load such data in a task");
            }

            chunk.Add(node);
            size += node.Body.Length;
            if (chunk.Count < limit && size < ChunkBytes)
                continue;
            _connection.Post(new SubmitNodes(_graph, first, chunk));
            await _connection.FlushAsync().WaitAsync(cancellation).ConfigureAwait(false);
            while (_mailbox.TryRead(out var record))
                Take(record);
            first += chunk.Count;
            (chunk, size, limit) = ([], 0, ChunkNodes);
        }

        if (chunk.Count > 0)
            _connection.Post(new SubmitNodes(_graph, first, chunk));
        _connection.Post(new SealGraph(_graph, _mounted.Length + _plan.Nodes.Count, [.. _wanted.Select(Node).Distinct()]));
        _connection.Flush();
    }

    private GraphNode Mounted(int number, GraphNode node)
    {
        var planned = _plan.Nodes[number];
        return planned.Runtime is not { } runtime ? node : node with
        {
            Inputs = Shifted(node.Inputs, runtime == Runtime.Dotnet ? _mounted : []),
            Options = _options.Number(planned, runtime, _checkpoints.Contains(number)),
        };
    }

    /// <summary>The nodes behind the mounted ones, and then <paramref name="more"/>.</summary>
    private int[] Shifted(int[] inputs, int[] more)
    {
        if (inputs.Length == 0)
            return more;
        var all = new int[inputs.Length + more.Length];
        for (var i = 0; i < inputs.Length; i++)
            all[i] = inputs[i] + _mounted.Length;
        more.CopyTo(all, inputs.Length);
        return all;
    }

    private int Number(RemoteFunction function)
    {
        if (_functions.TryGetValue(function, out var number))
            return number;
        return _functions[function] = _connection.FunctionNumber(function.Name, function.ToCode());
    }

    private void Take(Record record)
    {
        switch (record)
        {
            case Result result: _results.Take(result); break;
            case Results results: _results.Take(results); break;
            case GraphFailed failed: throw RemoteException.Of(failed);
            case Progress progress: _request.Progress?.Report(new GraphProgress(progress.Done, progress.Running, progress.Total)); break;
        }
    }
}
