using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;

namespace DaskVine.Simulation.Checkers;

/// <summary>
/// Which connected workers have which large file, as the manager was told: what came or was made there, and was neither lost nor released
/// since. It may know of fewer than there are.
/// </summary>
internal sealed class ReplicaBook(TaskBook book) : Watcher
{
    private readonly Dictionary<FileId, HashSet<WorkerId>> _holders = [];
    private readonly Dictionary<WorkerId, HashSet<FileId>> _files = [];
    private readonly HashSet<FileId> _staged = [];
    // By what its answer names, what each worker was told to get.
    private readonly Dictionary<WorkerId, Dictionary<FileId, long>> _awaited = [];

    /// <summary>Whether it could be had without being made again.</summary>
    public bool IsThere(FileId file) => _staged.Contains(file) || (_holders.TryGetValue(file, out var holders) && holders.Count > 0);

    public override void OnFact(SchedulerEvent happened)
    {
        switch (happened)
        {
            case WorkerSent { Record: Completed { Value: null } e } sent:
                if (book.Find(e.Task) is { IsAssigned: true } task && task.Worker == sent.Worker && task.Attempt == e.Attempt)
                    Add(task.Output, sent.Worker);
                break;
            case WorkerSent { Record: Completed { Outputs.Count: > 0 } e } sent:
                if (book.Find(e.Task) is { IsAssigned: true } command && command.Worker == sent.Worker && command.Attempt == e.Attempt)
                    Add(e.Outputs[0].File, sent.Worker);
                break;
            case WorkerSent { Record: Transferred e } sent:
                if (AwaitedAt(sent.Worker).TryGetValue(e.File, out var number) && number == e.Number && AwaitedAt(sent.Worker).Remove(e.File))
                    Add(e.File, sent.Worker);
                break;
            case WorkerSent { Record: FileLost e } sent: Remove(e.File, sent.Worker); break;
            case FileStaged e: _staged.Add(e.File); break;
            case WorkerJoined e:
                AwaitedAt(e.Worker).Clear();
                foreach (var file in FilesAt(e.Worker).Except(e.Hello.Files.Select(file => file.File)).ToList())
                    Remove(file, e.Worker);
                break;
            case WorkerLeft e:
                AwaitedAt(e.Worker).Clear();
                foreach (var file in FilesAt(e.Worker).ToList())
                    Remove(file, e.Worker);
                break;
        }
    }

    public override void OnIntention(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Transfer e } to: AwaitedAt(to.Worker)[e.File] = e.Number; break;
            case ToWorker { Record: MakeFile e } to: AwaitedAt(to.Worker)[e.File] = e.Number; break;
            case ToWorker { Record: Release e } to:
                foreach (var file in e.Files)
                {
                    AwaitedAt(to.Worker).Remove(file);
                    Remove(file, to.Worker);
                }

                break;
            case DropStaged e: _staged.Remove(e.File); break;
        }
    }

    private void Add(FileId file, WorkerId worker)
    {
        if (!_holders.TryGetValue(file, out var holders))
            _holders.Add(file, holders = []);
        holders.Add(worker);
        FilesAt(worker).Add(file);
    }

    private void Remove(FileId file, WorkerId worker)
    {
        FilesAt(worker).Remove(file);
        if (!_holders.TryGetValue(file, out var holders))
            return;
        holders.Remove(worker);
        if (holders.Count == 0)
            _holders.Remove(file);
    }

    private HashSet<FileId> FilesAt(WorkerId worker)
    {
        if (!_files.TryGetValue(worker, out var files))
            _files.Add(worker, files = []);
        return files;
    }

    private Dictionary<FileId, long> AwaitedAt(WorkerId worker)
    {
        if (!_awaited.TryGetValue(worker, out var awaited))
            _awaited.Add(worker, awaited = []);
        return awaited;
    }
}
