using System.Threading.Channels;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>
/// The graph of a client's files and commands, which is open for as long as the client is: numbers them, sends them, and hands out what the
/// manager sends. For any number of threads; callbacks run with <see cref="Gate"/> held.
/// </summary>
internal sealed partial class CommandGraph(Connection connection)
{
    private const int PieceBytes = 1 << 20;
    private const double Thousandths = 1000;

    private readonly Dictionary<string, int> _options = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _graph;
    private int _nodes;

    /// <summary>Held by who declares or submits: nothing comes meanwhile, and nobody else sends.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Fails with what ended the graph, and never ends otherwise.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The node of a file that is now declared; of kind Data, <see cref="Send"/> has to follow.</summary>
    public int Declare(FileKind kind, string source, string name, long size, CacheLevel level, bool isShared)
    {
        lock (Gate)
        {
            Open();
            connection.Post(new SubmitFiles(
                _graph, _nodes, [new DeclaredFile(kind, source, name, size, (Protocol.Records.CacheLevel)level, isShared)]));
            return _nodes++;
        }
    }

    /// <summary>The node of a command; <paramref name="isMini"/>: of one that workers run which need its output.</summary>
    public int Submit(CommandTask task, CommandSpec spec, int[] inputs, int[] outputs, bool isMini = false)
    {
        lock (Gate)
        {
            Open();
            var options = Options(task);
            connection.Post(new SubmitCommand(_graph, _nodes, spec.ToBytes(), inputs, outputs, task.Command, options, isMini));
            return _nodes++;
        }
    }

    /// <summary>Sends what is in a file of kind Data, no faster than the manager takes it.</summary>
    /// <exception cref="IOException">It cannot be read, or has become shorter.</exception>
    public void Send(int node, Stream content, long size)
    {
        for (long offset = 0; offset < size;)
        {
            var piece = new byte[Math.Min(PieceBytes, size - offset)];
            content.ReadExactly(piece);
            connection.Post(new FileData(_graph, node, offset, piece));
            connection.FlushAsync().GetAwaiter().GetResult();
            offset += piece.Length;
        }
    }

    /// <summary>Deletes files at the workers; <paramref name="forget"/>: they, or these commands, will not be named again.</summary>
    public void Prune(IReadOnlyList<int> nodes, bool forget)
    {
        if (nodes.Count == 0)
            return;
        lock (Gate)
        {
            connection.Post(new Prune(_graph, nodes, forget));
            foreach (var node in forget ? nodes : [])
            {
                if (!_arrivals.Remove(node, out var waiting))
                    continue;
                foreach (var arrival in waiting)
                    arrival.Fail("it was undeclared");
            }
        }
    }

    /// <summary>Has what was left for the manager sent.</summary>
    public void Flush() => connection.Flush();

    private void Open()
    {
        if (_ended.Task.Exception is { InnerException: { } reason })
            throw reason;
        if (_graph != 0)
            return;
        (_graph, var mailbox) = connection.OpenMailbox();
        connection.Post(new OpenGraph(_graph, Protocol.TaskMode.Command, "commands", GraphReports.Tasks, PruneDepth: 0));
        _ = ReadAsync(mailbox);
    }

    private int Options(CommandTask task)
    {
        var resources = task.Features.ToDictionary(feature => feature, _ => 1L);
        if (task.Gpus > 0)
            resources["gpus"] = (long)Math.Round(task.Gpus * Thousandths);
        var priority = (long)Math.Round(task.Priority * Thousandths);
        if (resources.Count == 0 && priority == 0 && task.MaxRetries == 0 && task.Workers.Count == 0)
            return 0;
        var workers = task.Workers.Order(StringComparer.Ordinal).ToArray();
        var asked = string.Join('\n', resources.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        var identity = $"{priority} {task.MaxRetries}\n{asked}\n\n{string.Join('\n', workers)}";
        if (_options.TryGetValue(identity, out var number))
            return number;
        number = _options[identity] = _options.Count + 1;
        connection.Post(new TaskOptions(_graph, number, priority, task.MaxRetries, workers, false, resources, []));
        return number;
    }
}
