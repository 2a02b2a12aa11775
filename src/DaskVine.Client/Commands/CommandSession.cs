using System.Security.Cryptography;
using System.Threading.Channels;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>The graph of a client's files and commands, which is open for as long as the client is. For any number of threads.</summary>
internal sealed partial class CommandSession(Connection connection, bool isNear)
{
    private const int PieceBytes = 1 << 20;
    private const double Thousandths = 1000;

    private readonly Channel<CommandTask> _done = Channel.CreateUnbounded<CommandTask>();

    // Guards what follows.
    private readonly Lock _gate = new();
    private readonly Dictionary<(long Priority, int Cores), int> _options = [];
    private int _graph;
    private int _nodes;

    // Submitted, and not returned by a wait.
    private int _outstanding;

    /// <exception cref="VineException">It cannot be submitted, or the manager is gone.</exception>
    public void Submit(CommandTask task)
    {
        lock (_gate)
        {
            Check(task);
            Open();
            var inputs = task.Inputs.Select(input => Declared(input.File)).ToArray();
            task.IsSubmitted = true;
            _outstanding++;
            if (Array.FindIndex(inputs, input => input is null) is var missing and >= 0)
            {
                var what = task.Inputs[missing].File.Path is { } path ? $"nothing is at {path}" : "no command makes an input";
                Finish(task, CommandResult.InputMissing, what);
                return;
            }

            var outputs = task.Outputs.Select(output => Declare(output.File, FileKind.Output, "", "", 0)).ToArray();
            var options = Options(task);
            connection.Post(new SubmitCommand(
                _graph, _nodes, task.ToSpec().ToBytes(), [.. inputs.Select(input => input!.Value)], outputs, task.Command, options, Mini: false));
            Want(_nodes++, value => TakeReport(task, outputs, value), reason => Finish(task, CommandResult.Unknown, reason));
        }

        connection.Flush();
    }

    /// <summary>The next command that is done, with its outputs here; null when none is left.</summary>
    public async Task<CommandTask?> WaitAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_outstanding == 0)
                return null;
            // Taken by this wait, also when another one gets the last.
            _outstanding--;
        }

        try
        {
            return await _done.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            throw reason;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _outstanding++;
            throw;
        }
    }

    private void Check(CommandTask task)
    {
        if (task.IsSubmitted)
            throw new VineException("the task was submitted before: it runs once, and another one is made for another run");
        if (task.Inputs.Concat(task.Outputs).Any(file => file.File.Owner != this))
            throw new VineException("a file of the task was declared by another Vine");
    }

    private void Open()
    {
        if (_graph != 0)
            return;
        (_graph, var mailbox) = connection.OpenMailbox();
        connection.Post(new OpenGraph(_graph, Protocol.TaskMode.Command, "commands", PruneDepth: 0));
        _ = ReadAsync(mailbox);
    }

    /// <summary>The node of an input; null when it is not there.</summary>
    private int? Declared(VineFile file)
    {
        if (file.Node is { } node)
            return node;
        if (file.Path is { } path)
            return DeclarePath(file, path);
        return file.Data is { } data ? DeclareData(file, data, NameOf(data.Span)) : null;
    }

    private int? DeclarePath(VineFile file, string path)
    {
        if (Directory.Exists(path) && isNear)
            return Declare(file, FileKind.Path, path, "", 0);
        if (!File.Exists(path))
            return null;
        if (!isNear)
        {
            var data = File.ReadAllBytes(path);
            return DeclareData(file, data, NameOf(data));
        }

        using var content = File.OpenRead(path);
        return Declare(file, FileKind.Path, path, $"file-sha256-{Convert.ToHexStringLower(SHA256.HashData(content))}", content.Length);
    }

    private int DeclareData(VineFile file, ReadOnlyMemory<byte> data, string name)
    {
        var node = Declare(file, FileKind.Data, "", name, data.Length);
        for (var offset = 0; offset < data.Length; offset += PieceBytes)
            connection.Post(new FileData(_graph, node, offset, data.Slice(offset, Math.Min(PieceBytes, data.Length - offset))));
        return node;
    }

    private int Declare(VineFile file, FileKind kind, string source, string name, long size)
    {
        connection.Post(new SubmitFiles(_graph, _nodes, [new DeclaredFile(kind, source, name, size, CacheLevel.Workflow, Shared: true)]));
        file.Node = _nodes;
        return _nodes++;
    }

    private int Options(CommandTask task)
    {
        var wish = ((long)Math.Round(task.Priority * Thousandths), task.Cores);
        if (wish is (0, 1))
            return 0;
        if (_options.TryGetValue(wish, out var number))
            return number;
        number = _options[wish] = _options.Count + 1;
        connection.Post(new TaskOptions(
            _graph, number, wish.Item1, 0, [], false, new Dictionary<string, long>(), [], Cores: wish.Cores));
        return number;
    }

    // Names content, so that workers keep the same once.
    private static string NameOf(ReadOnlySpan<byte> data) => $"file-sha256-{Convert.ToHexStringLower(SHA256.HashData(data))}";
}
