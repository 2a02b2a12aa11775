using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What the comments on the collections say, checked. For tests and the simulator: it looks at everything.</summary>
public sealed partial class Scheduler
{
    /// <summary>Checks every invariant of the state between two calls of <see cref="Handle(IReadOnlyList{SchedulerEvent}, TimeSpan, List{SchedulerEffect})"/>.</summary>
    /// <exception cref="InvalidOperationException">Names the first invariant that does not hold.</exception>
    public void CheckInvariants()
    {
        var queued = _ready.Tasks.Concat(_held.Tasks).Concat(_board.Tasks).ToHashSet();
        foreach (var task in _tasks.Items)
            CheckTask(task, queued);
        CheckDemands();
        foreach (var file in _files.Items)
            CheckFile(file);
        foreach (var worker in _workers.Values)
            CheckWorker(worker);
        foreach (var graph in _clients.Values.SelectMany(client => client.Graphs.Values))
            CheckGraph(graph);
        Require(_running == _tasks.Items.Count(task => task.State == VineTaskState.Assigned), "what runs is counted");
        Require(_running > 0 || _index.Count < Math.Max(1, _tuning.WaitForWorkers) || !_held.TryPeek(out _, out _), "nobody waits for space while nothing runs");
        CheckFunctions();
        Require(_crowded.All(library => library.Crowded.All(calls => calls.Waiting > 0 && IsConnected(calls.Worker))), "calls wait at workers that are there");
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
        CheckOver(task);
        if (task.State == VineTaskState.Done)
            return;
        var missing = MissingInputs(task);
        Require((missing > 0) == (task.State == VineTaskState.Waiting), $"{task.Id} is {task.State} with {missing} inputs missing");
        Require(
            task.State != VineTaskState.Waiting || task.MissingInputs == missing,
            $"{task.Id} counts {task.MissingInputs} missing inputs of {missing}");
        foreach (var input in task.Inputs)
        {
            Require(input.IsAvailable || IsBeingMade(input), $"{input.Id}, which {task.Id} waits for, is being made");
        }

        if (task.Worker is { } worker)
            Require(task.Inputs.Take(task.NamedInputs).All(input => IsThereOrComing(input, worker)), $"every input of {task.Id} is at its worker or on its way");
    }

    private static int MissingInputs(VineTask task) => task.Inputs.Count(input => !input.IsAvailable);

    private void CheckWorker(VineWorker worker)
    {
        var assigned = worker.Assigned.ToList();
        Require(assigned.Count == worker.Assigned.Count, $"{worker.Id} counts its tasks");
        Require(assigned.All(task => task.Worker == worker), $"tasks of {worker.Id} name it");
        CheckLoad(worker, assigned);
        Require(assigned.Sum(task => task.ExpectedBytes) == worker.ExpectedBytes, $"{worker.Id} sums up what it is expected to make");
        Require(worker.Leftovers.All(file => file.Producer?.Worker == worker), $"leftovers of {worker.Id} are outputs of its tasks");
        CheckStorage(worker);
    }

    private void CheckLoad(VineWorker worker, List<VineTask> assigned)
    {
        var (us, cores) = (0L, 0);
        foreach (var ofLibrary in assigned.GroupBy(task => task.LimitedBy))
        {
            if (ofLibrary.Key is not { } library)
            {
                us += ofLibrary.Sum(task => task.LoadUs);
                cores += ofLibrary.Sum(task => task.Cores);
                continue;
            }

            var calls = worker.Libraries[library];
            Require(calls.Worker == worker && calls.LastFirst.Reverse().SequenceEqual(ofLibrary), $"{worker.Id} knows the calls of library {library.Number}");
            Require(calls.LoadUs == ofLibrary.Sum(task => task.LoadUs), $"{worker.Id} sums up the load of library {library.Number}");
            Require(
                calls.Waiting == 0 || calls.LoadUs - ofLibrary.Last().LoadUs < calls.MostUs,
                $"{worker.Id} has no more calls of library {library.Number} than its slots and their backlog");
            Require(library.Crowded.Contains(calls) == (calls.Waiting > 0), $"library {library.Number} knows where its calls wait");
            Require(_crowded.Contains(library) == (library.Crowded.Count > 0), $"library {library.Number} is looked after while its calls wait");
            us += calls.CountedUs;
            cores += calls.BusyCores;
        }

        Require(worker.Libraries.Count == assigned.Select(task => task.LimitedBy).OfType<VineLibrary>().Distinct().Count(), $"{worker.Id} has accounts of its libraries");
        Require((us, cores) == (worker.LoadUs, worker.BusyCores), $"{worker.Id} sums up its load");
    }

    private static void CheckGraph(VineGraph graph)
    {
        var tasks = graph.Nodes.Where(file => file.Producer is not null).Select(file => file.Producer!).Distinct().ToList();
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
