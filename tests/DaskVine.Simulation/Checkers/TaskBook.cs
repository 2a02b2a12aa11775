using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Checkers;

/// <summary>What the simulator knows of the manager's tasks, from what goes in and comes out of its core.</summary>
internal sealed class TaskBook(Story story) : Watcher
{
    internal sealed class Entry(TaskId id, NodeName name)
    {
        public TaskId Id { get; } = id;

        public NodeName Name { get; } = name;

        public WorkerId Worker { get; set; }

        /// <summary>The file of its result.</summary>
        public FileId Output { get; set; }

        public int Attempt { get; set; }

        public bool IsAssigned { get; set; }

        public bool IsFinished { get; set; }

        public long FinishedAt { get; set; }
    }

    private readonly Dictionary<TaskId, Entry> _tasks = [];
    private readonly Dictionary<FileId, NodeName> _files = [];
    private readonly Dictionary<WorkerId, HashSet<Entry>> _assigned = [];
    // Graphs of which a worker has, or may have, files.
    private readonly Dictionary<WorkerId, HashSet<(int Client, int Graph)>> _graphsAt = [];
    private readonly Dictionary<(int Client, int Graph), long> _lostAt = [];
    private readonly Dictionary<NodeName, int> _deaths = [];
    private long _count;

    public Entry? Find(TaskId task) => _tasks.GetValueOrDefault(task);

    /// <summary>The task that makes a file; none for a value of a graph.</summary>
    public NodeName NameOf(FileId file) => _files.GetValueOrDefault(file, NodeName.None);

    /// <summary>How often it was with a process that died, or assigned to a worker that did.</summary>
    public int DeathsOf(NodeName task) => _deaths.GetValueOrDefault(task);

    public void CountDeath(NodeName task)
    {
        _deaths[task] = DeathsOf(task) + 1;
        story.Tell("death", task, "");
    }

    public bool LostFilesSince(Entry task) => _lostAt.GetValueOrDefault(GraphOf(task.Name)) > task.FinishedAt;

    public override void OnFact(SchedulerEvent happened)
    {
        switch (happened)
        {
            case WorkerSent { Record: Completed e } sent: OnCompleted(sent.Worker, e); break;
            case WorkerSent { Record: Failed e } sent: OnFailed(sent.Worker, e); break;
            case WorkerSent { Record: Retracted e } sent: OnRetracted(sent.Worker, e); break;
            case WorkerSent { Record: FileLost e } sent:
                Lose(NameOf(e.File));
                story.Tell("file lost", NameOf(e.File), $"{sent.Worker}");
                break;
            case WorkerSent { Record: TransferFailed e } sent:
                // It costs the source its copy when that is not what it was.
                if (e.Failure is TransferFailureKind.NotThere or TransferFailureKind.Corrupt)
                    Lose(NameOf(e.File));
                story.Tell("not got", NameOf(e.File), $"{sent.Worker}", (long)e.Failure);
                break;
            case WorkerSent { Record: Transferred e } sent: story.Tell("got", NameOf(e.File), $"{sent.Worker}", e.Number); break;
            case FileStaged e: story.Tell("staged", NameOf(e.File), ""); break;
            case WorkerJoined e:
                story.Tell("joined", NodeName.None, $"{e.Worker} {e.Hello.Name}", e.Hello.Tasks.Count);
                LoseFilesAt(e.Worker);
                OnInventory(e);
                break;
            case WorkerLeft e:
                story.Tell(e.Crashed ? "crashed" : "left", NodeName.None, $"{e.Worker}");
                LoseFilesAt(e.Worker);
                EndAssignments(e);
                break;
            case ClientJoined e: story.Tell("joined", NodeName.None, $"{e.Client}"); break;
            case ClientLeft e: story.Tell("left", NodeName.None, $"{e.Client}"); break;
        }
    }

    public override void OnIntention(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Assign e } to: OnAssign(to.Worker, e); break;
            case ToWorker { Record: Cancel e } to:
                foreach (var task in e.Tasks)
                    Unassign(to.Worker, task, "cancel");
                break;
            case ToWorker { Record: Retract e } to:
                foreach (var task in e.Tasks)
                    story.Tell("retract", NameOf(task), $"{to.Worker}");
                break;
            case ToWorker { Record: Release e } to:
                foreach (var file in e.Files)
                    story.Tell("release", NameOf(file), $"{to.Worker}");
                break;
            case ToWorker { Record: Fetch e } to: story.Tell("fetch", NameOf(e.File), $"{to.Worker}"); break;
            case ToWorker { Record: Transfer e } to:
                AtWorker(_graphsAt, to.Worker).Add(GraphOf(NameOf(e.File)));
                story.Tell("transfer", NameOf(e.File), $"{to.Worker}", e.Number);
                break;
            case PutFile e: Put(e); break;
        }
    }

    private static (int Client, int Graph) GraphOf(NodeName task) => (task.Client, task.Graph);

    private NodeName NameOf(TaskId task) => _tasks.TryGetValue(task, out var entry) ? entry.Name : NodeName.None;

    private void OnAssign(WorkerId worker, Assign assign)
    {
        var name = CallPlan.Read(assign.Body.Span).Name;
        if (!_tasks.TryGetValue(assign.Task, out var entry))
            _tasks.Add(assign.Task, entry = new Entry(assign.Task, name));
        Require(!entry.IsAssigned, $"{name} is assigned to {worker} while it is at {entry.Worker}", name);
        (entry.Worker, entry.Attempt, entry.IsAssigned, entry.IsFinished) = (worker, assign.Attempt, true, false);
        AtWorker(_assigned, worker).Add(entry);
        entry.Output = assign.Output;
        _files[assign.Output] = name;
        foreach (var output in assign.Outputs)
            _files[output] = name;
        story.Tell("assign", name, $"{worker}", assign.Attempt);
    }

    private void OnCompleted(WorkerId worker, Completed completed)
    {
        story.Tell("completed", NameOf(completed.Task), $"{worker}", completed.Attempt);
        if (!_tasks.TryGetValue(completed.Task, out var entry))
            return;
        if (completed.Value is null)
            AtWorker(_graphsAt, worker).Add(GraphOf(entry.Name));
        if (!entry.IsAssigned || entry.Worker != worker || entry.Attempt != completed.Attempt)
            return;
        EndAssignment(entry);
        entry.IsFinished = true;
        entry.FinishedAt = ++_count;
    }

    private void OnFailed(WorkerId worker, Failed failed)
    {
        story.Tell("failed", NameOf(failed.Task), $"{worker}", failed.Attempt);
        if (Find(failed.Task) is { IsAssigned: true } entry && entry.Worker == worker && entry.Attempt == failed.Attempt)
            EndAssignment(entry);
    }

    private void OnRetracted(WorkerId worker, Retracted retracted)
    {
        foreach (var (task, attempt) in retracted.Tasks)
        {
            if (Find(task)?.Attempt == attempt)
                Unassign(worker, task, "retracted");
        }
    }

    private void Put(PutFile put)
    {
        var name = NameOf(put.File);
        AtWorker(_graphsAt, put.Worker).Add(GraphOf(name));
        story.Tell("put", name, $"{put.Worker}");
    }

    private void Unassign(WorkerId worker, TaskId task, string why)
    {
        story.Tell(why, NameOf(task), $"{worker}");
        if (Find(task) is { IsAssigned: true } entry && entry.Worker == worker)
            EndAssignment(entry);
    }

    private void EndAssignment(Entry entry)
    {
        entry.IsAssigned = false;
        AtWorker(_assigned, entry.Worker).Remove(entry);
    }

    private void EndAssignments(WorkerLeft left)
    {
        foreach (var entry in AtWorker(_assigned, left.Worker).ToList())
        {
            EndAssignment(entry);
            if (left.Crashed)
                CountDeath(entry.Name);
        }
    }

    private void LoseFilesAt(WorkerId worker)
    {
        foreach (var (client, graph) in AtWorker(_graphsAt, worker))
            Lose(new NodeName(client, graph, 0));
    }

    private void OnInventory(WorkerJoined joined)
    {
        var held = joined.Hello.Tasks.ToHashSet();
        foreach (var entry in AtWorker(_assigned, joined.Worker).ToList())
        {
            if (!held.Contains(new TaskAttempt(entry.Id, entry.Attempt)))
                EndAssignment(entry);
        }
    }

    private void Lose(NodeName file) => _lostAt[GraphOf(file)] = ++_count;

    private static HashSet<T> AtWorker<T>(Dictionary<WorkerId, HashSet<T>> table, WorkerId worker)
    {
        if (!table.TryGetValue(worker, out var items))
            table.Add(worker, items = []);
        return items;
    }
}
