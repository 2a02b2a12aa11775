using System.Threading.Channels;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <summary>The commands of a client. For any number of threads.</summary>
internal sealed partial class CommandSession
{
    private readonly CommandGraph _graph;
    private readonly Channel<CommandTask> _done = Channel.CreateUnbounded<CommandTask>();

    // Both are guarded by the graph's gate. What is at the manager and not done, by task and by node.
    private readonly Dictionary<CommandTask, Sent> _sent = [];
    private readonly Dictionary<int, CommandTask> _byNode = [];

    // Submitted, and not returned by a wait.
    private int _outstanding;

    public CommandSession(Connection connection, Func<bool> isNear)
    {
        _graph = new CommandGraph(connection) { Ran = OnRan };
        Files = new FileTable(_graph, isNear);
        _ = EndAsync();
    }

    public FileTable Files { get; }

    /// <summary>Has it run, for a wait to return.</summary>
    /// <exception cref="VineException">It cannot be submitted, or the manager is gone.</exception>
    public void Submit(CommandTask task)
    {
        lock (_graph.Gate)
        {
            Claim(task);
            _outstanding++;
        }

        try
        {
            Send(task, done => _done.Writer.TryWrite(done));
        }
        catch
        {
            lock (_graph.Gate)
                _outstanding--;
            throw;
        }
    }

    /// <summary>Has it run, and waits for it.</summary>
    /// <exception cref="VineException">It cannot be submitted, or the manager is gone.</exception>
    public async Task RunAsync(CommandTask task, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_graph.Gate)
            Claim(task);
        await Task.Run(() => Send(task, _ => done.TrySetResult()), cancellation).ConfigureAwait(false);
        await using var cancelling = cancellation.Register(() => Cancel(task)).ConfigureAwait(false);
        await (await Task.WhenAny(done.Task, _graph.Ended).ConfigureAwait(false)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The next command that is done, with its outputs here; null when none is left.</summary>
    public async Task<CommandTask?> WaitAsync(CancellationToken cancellation)
    {
        lock (_graph.Gate)
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
            lock (_graph.Gate)
                _outstanding++;
            throw;
        }
    }

    /// <summary>Ends a command that is not done; whether it was so.</summary>
    public bool Cancel(CommandTask task)
    {
        lock (_graph.Gate)
        {
            if (!_sent.TryGetValue(task, out var sent))
                return false;
            Finish(task, sent, CommandReport.Of(CommandResult.Cancelled, "it was cancelled"));
            _graph.Prune(sent.Outputs, forget: true);
        }

        _graph.Flush();
        return true;
    }

    private void Claim(CommandTask task)
    {
        if (task.IsSubmitted)
            throw new VineException("the task was submitted before: it runs once, and another one is made for another run");
        foreach (var file in task.Inputs.Select(input => input.File).Concat(task.Outputs.Select(output => output.File)))
            Files.Check(file);
        FileTable.CheckSpec(task.ToSpec());
        task.IsSubmitted = true;
    }

    private void Send(CommandTask task, Action<CommandTask> ended)
    {
        var sent = new Sent(ended);
        lock (_graph.Gate)
            _sent.Add(task, sent);
        try
        {
            var (inputs, missing) = Inputs(task);
            lock (_graph.Gate)
            {
                // It may have been cancelled while its inputs were on their way.
                if (task.Result is not null)
                    return;
                if (missing is not null)
                    Finish(task, sent, CommandReport.Of(CommandResult.InputMissing, missing));
                else
                    Send(task, sent, inputs);
            }
        }
        catch
        {
            lock (_graph.Gate)
                _sent.Remove(task);
            throw;
        }

        _graph.Flush();
    }

    private void Send(CommandTask task, Sent sent, int[] inputs)
    {
        sent.Outputs = [.. task.Outputs.Select(output => Files.OutputNode(output.File))];
        var node = _graph.Submit(task, task.ToSpec(), inputs, sent.Outputs);
        sent.Node = node;
        _byNode.Add(node, task);
        foreach (var (output, made) in task.Outputs.Zip(sent.Outputs))
        {
            if (output.Watcher is { } watcher)
                _graph.Watch(made, watcher);
        }

        _graph.Want(node, new Arrival<ReadOnlyMemory<byte>>(
            new MemorySink(), value => TakeReport(task, sent, value), reason => Finish(task, sent, CommandReport.Of(CommandResult.Unknown, reason))));
    }

    /// <summary>The nodes of its inputs, and what is missing of them.</summary>
    private (int[] Nodes, string? Missing) Inputs(CommandTask task)
    {
        var nodes = new int[task.Inputs.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            var file = task.Inputs[i].File;
            try
            {
                if (Files.NodeOf(file) is not { } node)
                    return ([], file.Path is { } path ? $"nothing is at {path}" : $"{file.Text} has nothing in it: no command makes it");
                nodes[i] = node;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ([], $"{file.Text} cannot be read: {e.Message}");
            }
        }

        return (nodes, null);
    }

    private async Task EndAsync()
    {
        try
        {
            await _graph.Ended.ConfigureAwait(false);
        }
        catch (VineException e)
        {
            _done.Writer.TryComplete(e);
        }
    }

    /// <summary>What of a command is at the manager.</summary>
    private sealed class Sent(Action<CommandTask> ended)
    {
        /// <summary>Told when it is done.</summary>
        public Action<CommandTask> Ended => ended;

        /// <summary>Its node; null while its inputs are on their way.</summary>
        public int? Node { get; set; }

        /// <summary>Those of its outputs, in order.</summary>
        public int[] Outputs { get; set; } = [];
    }
}
