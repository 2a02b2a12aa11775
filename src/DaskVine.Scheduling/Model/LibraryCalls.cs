namespace DaskVine.Scheduling.Model;

/// <summary>
/// The calls of one library at one worker. As many as it has slots run; the others wait for these, and take nothing from tasks of other kinds.
/// </summary>
internal sealed class LibraryCalls(VineWorker worker, int slots, int coresPerCall, long backlogUs, int backlogTasks)
{
    // By ascending time of assignment. Those that end are among the first.
    private readonly LinkedList<VineTask> _tasks = [];

    public VineWorker Worker { get; } = worker;

    /// <summary>How many run beside each other.</summary>
    public int Slots { get; } = slots;

    public int Count => _tasks.Count;

    public IEnumerable<VineTask> LastFirst
    {
        get
        {
            for (var node = _tasks.Last; node is not null; node = node.Previous)
                yield return node.Value;
        }
    }

    /// <summary>Sum of their <see cref="VineTask.LoadUs"/>.</summary>
    public long LoadUs { get; private set; }

    /// <summary>How long they take with its slots.</summary>
    public long UsPerCore => LoadUs / Cores;

    /// <summary>Cores that they take of the worker.</summary>
    public int BusyCores => Math.Min(Count, Slots) * coresPerCall;

    /// <summary>What they count for in the worker's load: what its slots alone may have waiting, however long they take.</summary>
    public long CountedUs => Math.Min(LoadUs, MostUs);

    /// <summary>More than that run or wait for anything but its slots.</summary>
    public int Waiting => Math.Max(0, Count - Slots);

    public bool HasFreeSlot => Count < Slots;

    /// <summary>A backlog as for other tasks, on its cores.</summary>
    public bool HasRoom => HasFreeSlot || (LoadUs < MostUs && Count < (long)Cores * backlogTasks);

    public long MostUs => Cores * backlogUs;

    /// <summary>When one of them completed last, or the first was assigned.</summary>
    public TimeSpan LastProgress { get; set; }

    private int Cores => Slots * coresPerCall;

    public void Add(VineTask task)
    {
        _tasks.AddLast(task);
        LoadUs += task.LoadUs;
    }

    public void Remove(VineTask task)
    {
        _tasks.Remove(task);
        LoadUs -= task.LoadUs;
    }
}
