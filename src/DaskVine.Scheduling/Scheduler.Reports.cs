using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What clients hear of single tasks: starts, ends, what they wrote, and the one that failed its graph.</summary>
public sealed partial class Scheduler
{
    // Graphs with EventsDue set, each once, and perhaps others that have ended. Empty between calls.
    private readonly List<VineGraph> _eventsDue = [];

    private void TellStarted(VineTask task)
    {
        if (!task.Graph.Reports.HasFlag(GraphReports.Tasks) || task.StartTold)
            return;
        task.StartTold = true;
        task.Graph.Started.Add(task.Output.Node);
        EventsChanged(task.Graph);
    }

    // One that is run again to bring a lost file back does not end a second time for the client.
    private void TellEnded(VineTask task, VineWorker worker, long durationUs)
    {
        if (!task.Graph.Reports.HasFlag(GraphReports.Tasks) || task.EndTold)
            return;
        task.EndTold = true;
        task.Graph.Ended.Add(new EndedTask(task.Output.Node, worker.Name, durationUs));
        EventsChanged(task.Graph);
    }

    private void TellOutput(VineTask task, VineWorker worker, CallOutput? output)
    {
        if (output is not { } wrote || (wrote.Out.Length == 0 && wrote.Error.Length == 0))
            return;
        var graph = task.Graph;
        if (graph.Reports.HasFlag(GraphReports.Output))
            Emit(new ToClient(graph.Client.Id, new TaskOutput(graph.Number, task.Output.Node, task.Key, worker.Name, wrote.Out, wrote.Error)));
    }

    private void EventsChanged(VineGraph graph)
    {
        if (graph.EventsDue)
            return;
        graph.EventsDue = true;
        _eventsDue.Add(graph);
    }

    private void TellEvents()
    {
        foreach (var graph in _eventsDue)
            TellEvents(graph);
        _eventsDue.Clear();
    }

    /// <summary>To be called before what a client takes for the graph's end, so that it has heard everything then.</summary>
    private void TellEvents(VineGraph graph)
    {
        if (!graph.EventsDue)
            return;
        graph.EventsDue = false;
        Emit(new ToClient(graph.Client.Id, new TaskEvents(graph.Number, graph.Started.ToArray(), graph.Ended.ToArray())));
        graph.Started.Clear();
        graph.Ended.Clear();
    }

    private void FailTask(VineTask task, string worker, Failure failure)
    {
        if (task.Mode == TaskMode.Command)
        {
            EndCommand(task, CodeOf(failure.Kind), failure.Message);
            EndIfDelivered(task.Graph);
        }
        else if (task.Graph.Mode == TaskMode.Command)
            EndCall(task, worker, failure);
        else
            FailGraph(task.Graph, task.Output.Node, task.Key, worker, failure, NameOf(task.Functions));
    }

    private static CommandResult CodeOf(FailureKind kind) => kind switch
    {
        FailureKind.Lost => CommandResult.Forsaken,
        FailureKind.Unloadable => CommandResult.InputMissing,
        _ => CommandResult.Unknown,
    };

    private static string NameOf(VineFunction[] functions) => functions.Length > 0 ? functions[0].Code.Name : "";
}
