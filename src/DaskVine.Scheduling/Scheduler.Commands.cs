using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Shell commands. Whatever comes of one is told in its report, which is its value, so none fails the graph. A command may make files beside
/// it; who reads one that was not made cannot run, and gets a report that says so.
/// </summary>
public sealed partial class Scheduler
{
    private readonly Stack<Action> _toEnd = new();
    private bool _ending;

    private void OnCommandSubmitted(VineClient client, SubmitCommand submit)
    {
        if (!client.Graphs.TryGetValue(submit.Graph, out var graph))
            return;
        if (RefusalOf(graph, submit) is { } reason)
        {
            FailGraph(graph, submit.Node, submit.Key, "", Failure.Of(FailureKind.Invalid, reason));
            return;
        }

        var report = AddFile(graph);
        var options = submit.Options == 0 ? VineTaskOptions.None : graph.Options[submit.Options];
        var outputs = Array.ConvertAll(submit.Outputs, node => graph.Nodes[node]);
        var inputs = InputsOf(graph, submit.Inputs);
        var body = submit.Body.ToArray();
        if (submit.Mini)
        {
            AddMaker(outputs[0], new VineTask(default, report, [], body, inputs, submit.Key, options) { NamedInputs = submit.Inputs.Length });
            return;
        }

        var task = new VineTask(new TaskId(_tasks.NextId), report, [], body, inputs, submit.Key, options)
        {
            Mode = TaskMode.Command,
            NamedInputs = submit.Inputs.Length,
            Outputs = outputs,
            Needs = NeedsOf(body, inputs),
        };
        foreach (var output in outputs)
            output.Producer = task;
        AddTask(graph, task);
        ProgressChanged(graph);
    }

    private static string? RefusalOf(VineGraph graph, SubmitCommand submit)
    {
        var next = graph.Nodes.Count;
        if (OutOfTurn(graph, submit.Node, "a command", "command") is { } wrong)
            return wrong;
        if (submit.Inputs.Any(input => input >= next) || submit.Outputs.Any(output => output >= next))
            return $"command {next} ('{submit.Key}') names nodes that do not come before it";
        if (submit.Outputs.Any(output => graph.Nodes[output] is not { Declared.Kind: FileKind.Output, Producer: null, Maker: null }))
            return $"command {next} ('{submit.Key}') is to make what is no output, or what another command makes";
        if (submit.Mini && submit.Outputs.Length != 1)
            return $"command {next} ('{submit.Key}') makes {submit.Outputs.Length} files where it is to make one";
        if (submit.Options == 0)
            return null;
        if (!graph.Options.TryGetValue(submit.Options, out var options))
            return $"command {next} ('{submit.Key}') names task options {submit.Options}, which were not sent";
        return options.Library is null ? null : $"command {next} ('{submit.Key}') names task options {submit.Options}, whose library runs calls only";
    }

    // What an input is made from at the worker has to be available as well.
    private static VineFile[] InputsOf(VineGraph graph, int[] nodes)
    {
        if (nodes.Length == 0)
            return [];
        var named = Array.ConvertAll(nodes, node => graph.Nodes[node]);
        if (!Array.Exists(named, input => input.Maker is not null))
            return named;
        return [.. named, .. named.Where(input => input.Maker is not null).SelectMany(input => input.Maker!.Inputs).Distinct()];
    }

    private static void AddMaker(VineFile output, VineTask maker)
    {
        output.Maker = maker;
        foreach (var input in maker.Inputs.Distinct())
            (input.MadeFromIt ??= []).Add(output);
    }

    private void TakeOutputs(VineWorker worker, VineTask task, Completed completed)
    {
        foreach (var (id, size) in completed.Outputs)
        {
            if (Array.Find(task.Outputs, output => output.Id == id) is not { } output)
                continue;
            Resize(output, size);
            output.NotMade = false;
            _bytesMade += size;
            worker.Leftovers.Remove(output);
            Keep(output, worker, task);
        }

        foreach (var output in task.Outputs)
        {
            if (!completed.Outputs.Any(made => made.File == output.Id))
                NoteNotMade(output, $"task {task.Key} has not made it");
        }
    }

    /// <summary>A command ends without a worker's report about it.</summary>
    private void EndCommand(VineTask task, CommandResult result, string reason)
    {
        EndInTurn(() => EndCommandNow(task, CommandReport.Of(result, reason)));
    }

    /// <summary>A call among commands gives no result: that is its own failure, and not the graph's.</summary>
    private void EndCall(VineTask task, string worker, Failure failure) => EndInTurn(() => EndCallNow(task, worker, failure));

    private void EndCancelled(VineTask task)
    {
        if (task.Mode == TaskMode.Command)
            EndCommand(task, CommandResult.Cancelled, "it was cancelled");
        else if (task.Graph.Mode == TaskMode.Command)
            EndCall(task, "", Failure.Of(FailureKind.Lost, "it was cancelled"));
    }

    // One after the other, as each may end those that read what it was to make.
    private void EndInTurn(Action end)
    {
        _toEnd.Push(end);
        if (_ending)
            return;
        _ending = true;
        while (_toEnd.TryPop(out var next))
            next();
        _ending = false;
    }

    private void EndCallNow(VineTask task, string worker, Failure failure)
    {
        if (task.State == VineTaskState.Dropped)
            return;
        if (task.State == VineTaskState.Assigned)
            Withdraw(task);
        if (task.State != VineTaskState.Done)
            Finish(task);
        TellFailure(task.Output, worker, failure);
        NoteNotMade(task.Output, $"task {task.Key} failed: {failure.Message}");
    }

    private void EndCommandNow(VineTask task, CommandReport report)
    {
        if (task.State is VineTaskState.Done or VineTaskState.Dropped)
            return;
        if (task.State == VineTaskState.Assigned)
            Withdraw(task);
        // One that ran for what was lost has been reported about.
        if (!task.Output.IsAvailable)
        {
            var value = report.ToBytes();
            Resize(task.Output, value.Length);
            task.Output.Value = value;
            BecomeAvailable(task.Output);
        }

        Finish(task);
        OnAvailable(task.Output);
        foreach (var output in task.Outputs)
            NoteNotMade(output, $"task {task.Key}, which was to make it, ended with {report.Result}");
    }

    private void NoteNotMade(VineFile file, string reason)
    {
        if (file.IsAvailable)
            return;
        file.NotMade = true;
        foreach (var arrival in file.Arrivals.ToList())
        {
            if (arrival.State != ArrivalState.Ended)
                GiveUp(arrival, reason);
        }

        FailReaders(file, $"its input cannot be had: {reason}");
        FailWanted(file, "", reason);
    }

    /// <summary>Whatever reads a file that nothing will make cannot run.</summary>
    private void FailReaders(VineFile file, string reason)
    {
        foreach (var consumer in file.Consumers.Distinct().ToList())
            FailForInput(consumer, reason);
        foreach (var made in file.MadeFromIt ?? [])
            FailWanted(made, "", reason);
    }

    private void FailForInput(VineTask task, string reason)
    {
        if (task.Mode == TaskMode.Command)
            EndCommand(task, CommandResult.InputMissing, reason);
        else if (task.State is not (VineTaskState.Done or VineTaskState.Dropped))
            FailTask(task, task.Worker?.Name ?? "", Failure.Of(FailureKind.Lost, reason));
    }

    /// <summary>A value that the client waits for will not come. A graph that is not sealed goes on without it.</summary>
    private void FailWanted(VineFile file, string worker, string reason)
    {
        if (!file.Wanted || file.AtManager || !IsOpen(file.Graph))
            return;
        var failure = Failure.Of(FailureKind.Lost, $"{NameFor(file)} cannot be had: {reason}");
        if (file.Graph.Sealed)
        {
            FailGraph(file.Graph, file.Node, file.Producer?.Key ?? "", worker, failure);
            return;
        }

        TellFailure(file, worker, failure);
    }

    private void TellFailure(VineFile file, string worker, Failure failure)
    {
        if (!file.Wanted)
            return;
        file.Wanted = false;
        file.Graph.WantedCount--;
        var (key, functions) = file.Producer is { } task ? (task.Key, NameOf(task.Functions)) : ("", "");
        Emit(new ToClient(file.Graph.Client.Id, new GraphFailed(file.Graph.Number, file.Node, key, worker, failure, functions)));
        ReleaseIfUnneeded(file);
        LetGoIfOver(file.Producer);
    }

    private static string NameFor(VineFile file) => file switch
    {
        { Declared: { Source: not "" } declared } => declared.Source,
        { Producer: { } producer } => $"the result of {producer.Key}",
        _ => $"node {file.Node}",
    };
}
