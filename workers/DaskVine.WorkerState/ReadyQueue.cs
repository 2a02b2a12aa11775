namespace DaskVine.WorkerState;

/// <summary>Tasks that can run, in order of assignment: one that comes back takes its old place.</summary>
internal sealed class ReadyQueue
{
    // Every task that is Ready is here once; those that are Gone or Ended are skipped when they come to the front.
    private readonly PriorityQueue<HeldTask, long> _queue = new();

    public void Add(HeldTask task) => _queue.Enqueue(task, task.Sequence);

    /// <summary>The first task, or null.</summary>
    public HeldTask? Peek()
    {
        while (_queue.TryPeek(out var task, out _))
        {
            if (task.State == HeldTaskState.Ready)
                return task;
            _queue.Dequeue();
        }

        return null;
    }

    /// <summary>How many there are, at most <paramref name="limit"/>.</summary>
    public int CountUpTo(int limit) => _queue.Count == 0 ? 0 : Ready.Take(limit).Count();

    public void RemoveFirst() => _queue.Dequeue();

    public IEnumerable<HeldTask> Ready => _queue.UnorderedItems.Select(i => i.Element).Where(t => t.State == HeldTaskState.Ready);

    public void CheckInvariants()
    {
        var seen = new HashSet<HeldTask>();
        foreach (var (task, sequence) in _queue.UnorderedItems)
        {
            Invariant.Holds(task.State is HeldTaskState.Ready or HeldTaskState.Gone or HeldTaskState.Ended, $"{task.Attempt} is queued as ready and is {task.State}");
            Invariant.Holds(sequence == task.Sequence, $"{task.Attempt} is queued out of its place");
            Invariant.Holds(task.State != HeldTaskState.Ready || seen.Add(task), $"{task.Attempt} is queued twice");
        }
    }
}
