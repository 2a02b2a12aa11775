using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What clients do: graphs come, are sealed, end.</summary>
public sealed partial class Scheduler
{
    private void OnClientJoined(ClientJoined e)
    {
        if (_clients.TryGetValue(e.Client, out var old))
        {
            DropGraphs(old);
            // What this batch had for the old link must not go over the new one, where graphs are numbered anew.
            _effects.RemoveAll(effect => effect is ToClient to && to.Client == e.Client);
            _effects.RemoveAll(effect => effect is SendFile send && send.Client == e.Client);
        }

        _clients[e.Client] = new VineClient(e.Client);
    }

    private void OnClientLeft(ClientLeft e)
    {
        if (_clients.Remove(e.Client, out var client))
            DropGraphs(client);
    }

    private void OnClientSent(ClientSent e)
    {
        if (!_clients.TryGetValue(e.Client, out var client))
            throw new InvalidOperationException($"{e.Client} sent a record and has not joined");
        switch (e.Record)
        {
            case SubmitNodes record: OnNodesSubmitted(client, record); break;
            case FunctionCode record: OnFunctionDefined(client, record); break;
            case OpenGraph record: OnGraphOpened(client, record); break;
            case SealGraph record: OnGraphSealed(client, record); break;
            case CancelGraph record: OnGraphCancelled(client, record); break;
            default: throw new InvalidOperationException($"a client may not send {e.Record.Kind}");
        }
    }

    private void OnFunctionDefined(VineClient client, FunctionCode code)
    {
        var hash = Convert.ToHexString(code.Hash.Span);
        if (!_functionsByHash.TryGetValue(hash, out var function))
        {
            // Copied, as it stays for good, and the message that it came in is not to stay with it.
            function = new VineFunction(
                code with { Number = _functions.Count, Hash = code.Hash.ToArray(), Code = code.Code.ToArray() }, _options.UnknownDurationUs);
            _functions.Add(function);
            _functionsByHash.Add(hash, function);
        }

        client.Functions[code.Number] = function;
    }

    private void OnGraphOpened(VineClient client, OpenGraph open)
    {
        if (client.Graphs.TryGetValue(open.Graph, out var same))
        {
            FailGraph(same, 0, "", "", Failure.Of(FailureKind.Invalid, $"graph {open.Graph} was opened twice"));
            return;
        }

        client.Graphs.Add(open.Graph, new VineGraph(client, open.Graph, open.Mode, _ready.Clock));
    }

    private void OnNodesSubmitted(VineClient client, SubmitNodes submit)
    {
        // A graph that failed is gone here while the client, not knowing yet, still sends.
        if (!client.Graphs.TryGetValue(submit.Graph, out var graph))
            return;
        if (graph.Sealed || submit.First != graph.Nodes.Count)
        {
            var wrong = graph.Sealed ? "after it was sealed" : $"from {submit.First} where {graph.Nodes.Count} is next";
            FailGraph(graph, submit.First, "", "", Failure.Of(FailureKind.Invalid, $"the graph got nodes {wrong}"));
            return;
        }

        foreach (var node in submit.Nodes)
        {
            if (Refusal(graph, node) is { } reason)
            {
                FailGraph(graph, graph.Nodes.Count, node.Key, "", Failure.Of(FailureKind.Invalid, reason));
                return;
            }

            AddNode(graph, node);
        }

        ProgressChanged(graph);
    }

    private static string? Refusal(VineGraph graph, in GraphNode node)
    {
        foreach (var input in node.Inputs)
        {
            if (input >= graph.Nodes.Count)
                return $"node {graph.Nodes.Count} ('{node.Key}') needs node {input}, which does not come before it: a cycle or a missing node";
        }

        foreach (var function in node.Functions ?? [])
        {
            if (!graph.Client.Functions.ContainsKey(function))
                return $"node {graph.Nodes.Count} ('{node.Key}') uses function {function}, which was not sent";
        }

        return null;
    }

    private void AddNode(VineGraph graph, in GraphNode node)
    {
        var number = graph.Nodes.Count;
        var file = _files.Add(id => new VineFile(new FileId(id), graph, number));
        graph.Nodes.Add(file);
        if (node.Functions is null)
        {
            file.Value = node.Body;
            file.Size = node.Body.Length;
            return;
        }

        var body = node.Body;
        var key = node.Key;
        var functions = Array.ConvertAll(node.Functions, function => graph.Client.Functions[function]);
        var inputs = Array.ConvertAll(node.Inputs, input => graph.Nodes[input]);
        var task = _tasks.Add(id => new VineTask(new TaskId(id), file, functions, body, inputs, key));
        file.Producer = task;
        graph.TaskCount++;
        foreach (var input in inputs)
        {
            input.Consumers.Add(task);
            input.PendingConsumers++;
            if (!input.IsAvailable)
                task.MissingInputs++;
        }

        if (task.MissingInputs == 0)
            MakeReady(task);
    }

    private void OnGraphSealed(VineClient client, SealGraph seal)
    {
        if (!client.Graphs.TryGetValue(seal.Graph, out var graph))
            return;
        var last = graph.Nodes.Count - 1;
        if (graph.Sealed || seal.Count != graph.Nodes.Count || seal.Wanted.Any(node => node > last))
        {
            FailGraph(graph, 0, "", "", Failure.Of(
                FailureKind.Invalid, $"the graph was sealed with {seal.Count} nodes and {graph.Nodes.Count} had come, or wants others"));
            return;
        }

        graph.Sealed = true;
        foreach (var node in seal.Wanted)
        {
            if (!graph.Nodes[node].Wanted)
                graph.WantedCount++;
            graph.Nodes[node].Wanted = true;
        }

        foreach (var file in graph.Nodes.ToArray())
        {
            if (file.IsAvailable)
                OnAvailable(file);
        }

        EndIfDelivered(graph);
    }

    private void OnGraphCancelled(VineClient client, CancelGraph cancel)
    {
        if (client.Graphs.TryGetValue(cancel.Graph, out var graph))
            DropGraph(graph);
    }

    /// <summary>Sends a wanted file, or has it fetched; releases it if nobody needs it.</summary>
    private void OnAvailable(VineFile file)
    {
        if (file.Wanted && file.AtManager)
            Deliver(file);
        else if (file.Wanted)
            Fetch(file);
        ReleaseIfUnneeded(file);
    }

    private void Deliver(VineFile file)
    {
        var graph = file.Graph;
        file.Wanted = false;
        graph.WantedCount--;
        if (file.Value is { } value && file.Size <= _options.InlineBytes)
            Emit(new ToClient(graph.Client.Id, new Result(graph.Number, file.Node, file.Size, 0, value)));
        else
            Emit(new SendFile(graph.Client.Id, graph.Number, file.Node, file.Id, file.Size, file.Value));
    }

    private void EndIfDelivered(VineGraph graph)
    {
        if (!graph.Sealed || graph.WantedCount > 0 || !graph.Client.Graphs.ContainsKey(graph.Number))
            return;
        Emit(new ToClient(graph.Client.Id, new Progress(graph.Number, graph.DoneCount, graph.AssignedCount, graph.TaskCount)));
        DropGraph(graph);
    }

    private void FailGraph(VineGraph graph, int node, string key, string worker, Failure failure)
    {
        Emit(new ToClient(graph.Client.Id, new GraphFailed(graph.Number, node, key, worker, failure)));
        DropGraph(graph);
    }

    private void DropGraphs(VineClient client)
    {
        foreach (var graph in client.Graphs.Values.ToArray())
            DropGraph(graph);
    }

    private void DropGraph(VineGraph graph)
    {
        graph.Client.Graphs.Remove(graph.Number);
        // What it was told was about this graph; the next one is news again.
        if (graph.Client.Graphs.Count == 0)
            graph.Client.ToldToWait = false;
        graph.ProgressDue = false;
        var cancelled = new Dictionary<VineWorker, List<VineTask>>();
        foreach (var file in graph.Nodes)
        {
            if (file.Producer is { } task)
                DropTask(task, cancelled);
        }

        foreach (var (worker, tasks) in cancelled)
        {
            Emit(new ToWorker(worker.Id, new Cancel([.. tasks.Select(task => task.Id)])));
            // Some may have ended there already and left outputs, which the worker will report under ids that are gone.
            Emit(new ToWorker(worker.Id, new Release([.. tasks.Select(task => task.Output.Id)])));
        }

        foreach (var file in graph.Nodes)
        {
            Release(file);
            _files.Remove(file.Id.Value);
        }
    }

    private void DropTask(VineTask task, Dictionary<VineWorker, List<VineTask>> cancelled)
    {
        if (task.State == VineTaskState.Assigned)
        {
            var worker = task.Worker!;
            if (!cancelled.TryGetValue(worker, out var tasks))
                cancelled.Add(worker, tasks = []);
            tasks.Add(task);
            Unassign(task);
        }

        task.State = VineTaskState.Dropped;
        _tasks.Remove(task.Id.Value);
    }
}
