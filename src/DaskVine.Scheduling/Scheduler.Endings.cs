using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>How a graph ends: all delivered, failed, or dropped.</summary>
public sealed partial class Scheduler
{
    /// <summary>Sends a wanted file, or has it fetched; releases it if nobody needs it.</summary>
    private void OnAvailable(VineFile file)
    {
        if (file.Wanted && file.AtManager)
            Deliver(file);
        else if (file.Wanted)
        {
            Fetch(file);
            SeeToWanted(file);
        }

        ReleaseIfUnneeded(file);
    }

    private void Deliver(VineFile file)
    {
        var graph = file.Graph;
        // With the last value a client takes the graph for ended.
        if (graph.WantedCount == 1)
            TellEvents(graph);
        file.Wanted = false;
        graph.WantedCount--;
        if (file.Value is { } value && file.Size <= _options.InlineBytes)
            Emit(file.IsValue
                ? new SendValue(graph.Client.Id, graph.Number, file.Node, value)
                : new ToClient(graph.Client.Id, new Result(graph.Number, file.Node, file.Size, 0, value)));
        else
            Emit(new SendFile(graph.Client.Id, graph.Number, file.Node, file.Id, file.Size, file.Value, file.IsValue));
        LetGoIfOver(file.Producer);
    }

    private void EndIfDelivered(VineGraph graph)
    {
        if (!graph.Sealed || graph.WantedCount > 0 || !graph.Client.Graphs.ContainsKey(graph.Number))
            return;
        TellEvents(graph);
        Emit(new ToClient(graph.Client.Id, new Progress(graph.Number, graph.DoneCount, graph.AssignedCount, graph.TaskCount)));
        DropGraph(graph);
    }

    private void FailGraph(VineGraph graph, int node, string key, string worker, Failure failure, string function = "")
    {
        TellEvents(graph);
        Emit(new ToClient(graph.Client.Id, new GraphFailed(graph.Number, node, key, worker, failure, function)));
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
        {
            graph.Client.ToldToWait = false;
            foreach (var pool in _board.Unserved.ToList())
                _board.ForgetWait(pool, graph.Client);
        }

        graph.ProgressDue = false;
        graph.EventsDue = false;
        var cancelled = new Dictionary<VineWorker, List<VineTask>>();
        foreach (var file in graph.Nodes)
        {
            if (file.Producer is { } task && task.Output == file)
                DropTask(task, cancelled);
        }

        foreach (var (worker, tasks) in cancelled)
        {
            Emit(new ToWorker(worker.Id, new Cancel([.. tasks.Select(task => task.Id)])));
            // Some may have ended there already and left outputs, which the worker will report under ids that are gone.
            Emit(new ToWorker(worker.Id, new Release([.. tasks.SelectMany(task => task.Outputs.Prepend(task.Output)).Select(output => output.Id)])));
            AskIfCancelled(worker);
        }

        DropOptions(graph);

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
            Unassign(task, mayRun: true);
        }

        task.State = VineTaskState.Dropped;
        LeaveNeeds(task);
        _tasks.Remove(task.Id.Value);
    }
}
