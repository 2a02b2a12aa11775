namespace DaskVine.WorkerState;

/// <summary>Tasks that can run, in order of assignment: one that comes back takes its old place.</summary>
internal sealed class ReadyQueue
{
    // Every task that is Ready is here once; those that are Gone or Ended are skipped when they come to the front.
    // Most become ready in the order in which they came; the others are sorted.
    private readonly Queue<HeldTask> _inOrder = new();
    private readonly PriorityQueue<HeldTask, long> _others = new();
    private long _last;

    public void Add(HeldTask task)
    {
        if (_inOrder.Count > 0 && task.Sequence < _last)
        {
            _others.Enqueue(task, task.Sequence);
            return;
        }

        _last = task.Sequence;
        _inOrder.Enqueue(task);
    }

    /// <summary>The first task, or null.</summary>
    public HeldTask? Peek()
    {
        while (First() is { } task)
        {
            if (task.State == HeldTaskState.Ready)
                return task;
            RemoveFirst();
        }

        return null;
    }

    /// <summary>How many there are, at most <paramref name="limit"/>.</summary>
    public int CountUpTo(int limit) => _inOrder.Count + _others.Count == 0 ? 0 : Ready.Take(limit).Count();

    public void RemoveFirst()
    {
        if (_others.Count > 0 && ReferenceEquals(First(), _others.Peek()))
            _others.Dequeue();
        else
            _inOrder.Dequeue();
    }

    public IEnumerable<HeldTask> Ready => Queued.Where(task => task.State == HeldTaskState.Ready);

    private IEnumerable<HeldTask> Queued => _inOrder.Concat(_others.UnorderedItems.Select(item => item.Element));

    public void CheckInvariants()
    {
        var seen = new HashSet<HeldTask>();
        foreach (var task in Queued)
        {
            Invariant.Holds(task.State is HeldTaskState.Ready or HeldTaskState.Gone or HeldTaskState.Ended, $"{task.Attempt} is queued as ready and is {task.State}");
            Invariant.Holds(task.State != HeldTaskState.Ready || seen.Add(task), $"{task.Attempt} is queued twice");
        }

        Invariant.Holds(_inOrder.Zip(_inOrder.Skip(1)).All(pair => pair.First.Sequence <= pair.Second.Sequence), "ready tasks are out of their places");
    }

    private HeldTask? First()
    {
        if (!_inOrder.TryPeek(out var task))
            return _others.Count > 0 ? _others.Peek() : null;
        return _others.Count > 0 && _others.Peek() is var other && other.Sequence < task.Sequence ? other : task;
    }
}
