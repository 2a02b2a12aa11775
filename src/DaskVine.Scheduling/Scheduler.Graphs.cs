using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Graphs come: their nodes, what is asked for them, and what is wanted.</summary>
public sealed partial class Scheduler
{
    private void OnGraphOpened(VineClient client, OpenGraph open)
    {
        if (client.Graphs.TryGetValue(open.Graph, out var same))
        {
            FailGraph(same, 0, "", "", Failure.Of(FailureKind.Invalid, $"graph {open.Graph} was opened twice"));
            return;
        }

        client.Graphs.Add(open.Graph, new VineGraph(client, open, _clock));
    }

    private void OnNodesSubmitted(VineClient client, SubmitNodes submit)
    {
        // A graph that failed is gone here while the client, not knowing yet, still sends.
        if (!client.Graphs.TryGetValue(submit.Graph, out var graph))
            return;
        if (OutOfTurn(graph, submit.First, "nodes", "nodes from") is { } wrong)
        {
            FailGraph(graph, submit.First, "", "", Failure.Of(FailureKind.Invalid, wrong));
            return;
        }

        foreach (var node in submit.Nodes)
        {
            if (Refusal(graph, node) is { } reason)
            {
                FailGraph(graph, graph.Nodes.Count, node.Key, "", Failure.Of(FailureKind.Invalid, reason), NameOf(client, node));
                return;
            }

            AddNode(graph, node);
            // It read what will never be there.
            if (!IsOpen(graph))
                return;
        }

        ProgressChanged(graph);
    }

    // Null when the graph can take what comes under a number. Said are what came, and that with its number.
    private static string? OutOfTurn(VineGraph graph, int number, string what, string numbered) =>
        graph.Sealed ? $"the graph got {what} after it was sealed"
        : number != graph.Nodes.Count ? $"the graph got {numbered} {number} where {graph.Nodes.Count} is next"
        : null;

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

        return node.Options == 0 || graph.Options.ContainsKey(node.Options)
            ? null
            : $"node {graph.Nodes.Count} ('{node.Key}') names task options {node.Options}, which were not sent";
    }

    private static string NameOf(VineClient client, in GraphNode node) =>
        node.Functions is [var first, ..] && client.Functions.TryGetValue(first, out var function) ? function.Code.Name : "";

    private void AddNode(VineGraph graph, in GraphNode node)
    {
        var file = AddFile(graph);
        if (node.Functions is null)
        {
            file.Value = node.Body;
            file.Size = node.Body.Length;
            return;
        }

        var options = node.Options == 0 ? VineTaskOptions.None : graph.Options[node.Options];
        AddTask(graph, new VineTask(
            new TaskId(_tasks.NextId), file, FunctionsOf(graph.Client, node.Functions), node.Body, InputsOf(graph, node.Inputs), node.Key, options)
        {
            Mode = ModeOf(graph, options),
            Needs = options.Needs,
            NamedInputs = node.Inputs.Length,
            Neutral = node.Neutral,
        });
    }

    private static VineFunction[] FunctionsOf(VineClient client, int[] numbers) =>
        numbers is [var number] ? client.Functions[number].Alone : Array.ConvertAll(numbers, each => client.Functions[each]);

    // Among commands, a call without a library has an interpreter of its own.
    private static TaskMode ModeOf(VineGraph graph, VineTaskOptions options) =>
        options.Library is not null ? TaskMode.FunctionCalls : graph.Mode == TaskMode.Command ? TaskMode.Tasks : graph.Mode;

    private VineFile AddFile(VineGraph graph)
    {
        var number = graph.Nodes.Count;
        var file = new VineFile(new FileId(_files.NextId), graph, number);
        _files.Add(file);
        graph.Nodes.Add(file);
        return file;
    }

    private void AddTask(VineGraph graph, VineTask task)
    {
        _tasks.Add(task);
        task.Output.Producer = task;
        graph.TaskCount++;
        foreach (var input in task.Inputs)
        {
            input.Consumers.Add(task);
            input.PendingConsumers++;
            if (!input.IsAvailable)
                task.MissingInputs++;
        }

        if (task.MissingInputs == 0)
            MakeReady(task);
        else
            SeeToInputs(task);
    }

    // Some may have been lost while nobody waited for them, or will never be there.
    private void SeeToInputs(VineTask task)
    {
        foreach (var input in task.Inputs)
        {
            if (input.IsAvailable)
                continue;
            if (!input.NeverComes)
            {
                Remake(input);
                continue;
            }

            FailForInput(task, $"its input cannot be had: no task makes {NameFor(input)}");
            return;
        }
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
        BeginSettling(graph);
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
            else if (file.Wanted)
                MakeWanted(file);
            else
                ReleaseIfUnneeded(file);
        }

        EndIfDelivered(graph);
    }

    private void OnGraphCancelled(VineClient client, CancelGraph cancel)
    {
        if (client.Graphs.TryGetValue(cancel.Graph, out var graph))
            DropGraph(graph);
    }
}
