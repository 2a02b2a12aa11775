namespace DaskVine.Scheduling.Model;

/// <summary>Where a demand is.</summary>
internal enum DemandState
{
    /// <summary>No task of it is ready.</summary>
    Idle,

    /// <summary>In <see cref="WorkerPool.Candidates"/>: as far as is known, its first task waits for a worker alone.</summary>
    Candidate,

    /// <summary>Among those that wait for <see cref="Demand.BlockedBy"/>.</summary>
    Blocked,
}

/// <summary>What some tasks cannot run without, once for each content, with those of them that are ready.</summary>
internal sealed class Demand(int number, string content, WorkerPool pool, VineLock[] locks)
{
    /// <summary>Breaks ties.</summary>
    public int Number { get; } = number;

    /// <summary>All that tells it from others.</summary>
    public string Content { get; } = content;

    /// <summary>Workers that may run it, by name and resources.</summary>
    public WorkerPool Pool { get; } = pool;

    /// <summary>Held together while one of its tasks is assigned.</summary>
    public VineLock[] Locks { get; } = locks;

    public ReadyQueue Ready { get; } = new();

    /// <summary>Of its first ready task, or of one that was before it. Changes only outside the sets that are sorted by it.</summary>
    public TaskOrder Order { get; set; }

    public DemandState State { get; set; }

    /// <summary>Set exactly when blocked; mostly it is held.</summary>
    public VineLock? BlockedBy { get; set; }

    /// <summary>Options of open graphs that name it, and its claims.</summary>
    public int Users { get; set; }

    /// <summary>Whether a task of it holds something while it is assigned.</summary>
    public bool Claims => Locks.Length > 0 || Pool.Resources.Length > 0;

    /// <summary>One of its locks that is held, or null.</summary>
    public VineLock? HeldLock()
    {
        foreach (var held in Locks)
        {
            if (held.Holder is not null)
                return held;
        }

        return null;
    }

    public sealed class ByOrder : IComparer<Demand>
    {
        public static readonly ByOrder Instance = new();

        public int Compare(Demand? x, Demand? y)
        {
            var order = x!.Order.CompareTo(y!.Order);
            return order != 0 ? order : x.Number.CompareTo(y.Number);
        }
    }
}

/// <summary>Of all tasks that name it, one at a time is assigned.</summary>
internal sealed class VineLock(string name)
{
    public string Name { get; } = name;

    /// <summary>Null while it is free.</summary>
    public Claim? Holder { get; set; }

    /// <summary>
    /// All and only the demands that are blocked by it, by their pool; no set is empty. While it is free, every pool here has a candidate
    /// that names it: that one stands for all, as the workers that could run it could run any of them.
    /// </summary>
    public Dictionary<WorkerPool, SortedSet<Demand>> Waiters { get; } = [];

    /// <summary>Demands that name it.</summary>
    public int Users { get; set; }
}

/// <summary>What a task holds: locks, and resources of its worker. It may outlive the assignment, when that was cancelled.</summary>
internal sealed class Claim(Demand demand, VineWorker worker)
{
    public Demand Demand { get; } = demand;

    public VineWorker Worker { get; } = worker;
}
