using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What the comments on the collections say, checked. For tests and the simulator: it looks at everything.</summary>
public sealed partial class Scheduler
{
    /// <summary>Checks every invariant of the state between two calls of <see cref="Handle(IReadOnlyList{SchedulerEvent}, TimeSpan, List{SchedulerEffect})"/>.</summary>
    /// <exception cref="InvalidOperationException">Names the first invariant that does not hold.</exception>
    public void CheckInvariants()
    {
        var queued = _ready.Tasks.Concat(_board.Tasks).ToHashSet();
        foreach (var task in _tasks.Items)
            CheckTask(task, queued);
        CheckDemands();
        foreach (var file in _files.Items)
            CheckFile(file);
        foreach (var worker in _workers.Values)
            CheckWorker(worker);
        foreach (var graph in _clients.Values.SelectMany(client => client.Graphs.Values))
            CheckGraph(graph);
        CheckFunctions();
        Require(_index.Count == _workers.Count, "the index has as many workers as are connected");
        Require(_index.Workers.ToHashSet().SetEquals(_workers.Values), "the index has exactly the connected workers");
        Require(
            _progressDue.Where(graph => graph.ProgressDue).Distinct().Count() == _progressDue.Count(graph => graph.ProgressDue),
            "a graph is due for progress once");
        Require(_eventsDue.Count == 0, "starts and ends were told");
    }

    private void CheckTask(VineTask task, HashSet<VineTask> queued)
    {
        Require(IsOpen(task.Graph), $"{task.Id} belongs to an open graph");
        Require(task.State != VineTaskState.Dropped, $"{task.Id} in the table is not dropped");
        Require((task.State == VineTaskState.Assigned) == (task.Worker is not null), $"{task.Id} has a worker exactly when assigned");
        Require(task.State != VineTaskState.Ready || queued.Contains(task), $"{task.Id} is ready and in the ready queue");
        Require(task.Queued == queued.Contains(task), $"{task.Id} knows whether it is in the ready queue");
        CheckClaim(task);
        if (task.State == VineTaskState.Done)
            return;
        var missing = MissingInputs(task);
        Require((missing > 0) == (task.State == VineTaskState.Waiting), $"{task.Id} is {task.State} with {missing} inputs missing");
        Require(
            task.State != VineTaskState.Waiting || task.MissingInputs == missing,
            $"{task.Id} counts {task.MissingInputs} missing inputs of {missing}");
        foreach (var input in task.Inputs)
        {
            Require(
                input.IsAvailable || input.Producer is { State: not VineTaskState.Done },
                $"{input.Id}, which {task.Id} waits for, is being made");
        }

        if (task.Worker is { } worker)
            Require(task.Inputs.All(input => IsThereOrComing(input, worker)), $"every input of {task.Id} is at its worker or on its way");
    }

    private static int MissingInputs(VineTask task) => task.Inputs.Count(input => !input.IsAvailable);

    private bool IsThereOrComing(VineFile file, VineWorker worker) =>
        RidesAlong(file) || worker.Files.Contains(file) || file.Destinations.Contains(worker);

    private void CheckFile(VineFile file)
    {
        Require(IsOpen(file.Graph), $"{file.Id} belongs to an open graph");
        Require(
            file.PendingConsumers == file.Consumers.Count(consumer => consumer.State != VineTaskState.Done),
            $"{file.Id} counts its pending consumers");
        Require(file.Holders.Distinct().Count() == file.Holders.Count, $"{file.Id} names each holder once");
        Require(file.Holders.All(holder => IsConnected(holder) && holder.Files.Contains(file)), $"holders of {file.Id} are connected and know it");
        Require(file.Destinations.Count == 0 || file.FetchSource is not null, $"{file.Id} has destinations only while it is fetched");
        Require(file.FetchSource is null || file.Holders.Contains(file.FetchSource), $"{file.Id} is fetched from a holder");
        Require(!file.IsAvailable || file.IsNeeded || (file.Producer is null && file.Holders.Count == 0), $"{file.Id} is kept only while it is needed");
        Require(
            file.IsAvailable || !file.IsNeeded || file.Producer is { State: not VineTaskState.Done },
            $"{file.Id} is needed, so it is there or being made");
        Require(!file.Wanted || !file.AtManager || !file.Graph.Sealed, $"{file.Id} is sent as soon as it is at the manager");
    }

    private static void CheckWorker(VineWorker worker)
    {
        var assigned = worker.Assigned.ToList();
        Require(assigned.Count == worker.Assigned.Count, $"{worker.Id} counts its tasks");
        Require(assigned.All(task => task.Worker == worker), $"tasks of {worker.Id} name it");
        Require(assigned.Sum(task => task.LoadUs) == worker.LoadUs, $"{worker.Id} sums up its load");
        Require(worker.Leftovers.All(file => file.Producer?.Worker == worker), $"leftovers of {worker.Id} are outputs of its tasks");
        Require(worker.Files.All(file => file.Holders.Contains(worker)), $"files of {worker.Id} name it as a holder");
    }

    private static void CheckGraph(VineGraph graph)
    {
        var tasks = graph.Nodes.Where(file => file.Producer is not null).Select(file => file.Producer!).ToList();
        Require(tasks.Count == graph.TaskCount, $"graph {graph.Number} counts its tasks");
        Require(tasks.Count(task => task.State == VineTaskState.Done) == graph.DoneCount, $"graph {graph.Number} counts what is done");
        Require(tasks.Count(task => task.State == VineTaskState.Assigned) == graph.AssignedCount, $"graph {graph.Number} counts what is assigned");
        Require(graph.Nodes.Count(file => file.Wanted) == graph.WantedCount, $"graph {graph.Number} counts what is wanted");
        Require(!graph.Sealed || graph.WantedCount > 0, $"graph {graph.Number} ends when nothing is wanted");
    }

    private bool IsOpen(VineGraph graph) =>
        _clients.GetValueOrDefault(graph.Client.Id) == graph.Client && graph.Client.Graphs.GetValueOrDefault(graph.Number) == graph;

    private static void Require(bool holds, string invariant)
    {
        if (!holds)
            throw new InvalidOperationException($"broken invariant: {invariant}");
    }
}
