namespace DaskVine.Scheduling.Model;

/// <summary>Workers that may run some demands, as their names and resources go.</summary>
/// <param name="number">Breaks ties.</param>
/// <param name="content">All that tells it from others.</param>
/// <param name="names">Names of the workers, sorted; empty for all.</param>
/// <param name="resources">What a task takes of its worker's, by name, in thousandths, sorted.</param>
/// <param name="cores">Slots that a task takes: a worker has as many, free or not, as its tasks wait there for their turn.</param>
/// <param name="held">Files that the worker holds.</param>
/// <param name="library">Its calls alone, and those that the worker has room for.</param>
internal sealed class WorkerPool(
    int number, string content, string[] names, (string Name, long Amount)[] resources, int cores = 1, VineFile[]? held = null,
    VineLibrary? library = null)
{
    // More would make a placement as slow as there are workers.
    private const int LookedAt = 64;

    // Members that may have room and resources; all that do have are here, or in the board's list of changed workers.
    private readonly List<VineWorker> _open = [];
    // The same.
    private readonly HashSet<VineWorker> _isOpen = [];
    private int _cursor;

    public int Number { get; } = number;

    public string Content { get; } = content;

    public string[] Names { get; } = names;

    public (string Name, long Amount)[] Resources { get; } = resources;

    public int Cores { get; } = cores;

    public VineFile[] Held { get; } = held ?? [];

    public VineLibrary? Library { get; } = library;

    /// <summary>Every worker belongs to it, so that it keeps no account of them.</summary>
    public bool IsForAll => Cores == 1 && Library is null && IsForAllWithCores;

    /// <summary>Every worker with enough cores belongs to it.</summary>
    public bool IsForAllWithCores => Names.Length == 0 && Resources.Length == 0 && Held.Length == 0;

    /// <summary>Workers whose <see cref="VineWorker.Pools"/> contain it.</summary>
    public int MemberCount { get; set; }

    /// <summary>All demands for workers of this kind.</summary>
    public HashSet<Demand> Demands { get; } = [];

    /// <summary>All and only the demands that are candidates.</summary>
    public SortedSet<Demand> Candidates { get; } = new(Demand.ByOrder.Instance);

    /// <summary>Of its first candidate, or an earlier one. Changes only while it is not <see cref="Awake"/>.</summary>
    public TaskOrder Order { get; set; }

    /// <summary>Among those to be tried.</summary>
    public bool Awake { get; set; }

    /// <summary>Clients whose tasks have no worker here to wait for. Empty while there are members.</summary>
    public Dictionary<VineClient, PoolWait> Waits { get; } = [];

    /// <summary>A task that is found to bring one of <see cref="Held"/> to a worker, while there is no member.</summary>
    public VineTask? Bringer { get; set; }

    public bool MayHaveRoom => IsForAll || _open.Count > 0;

    /// <summary>Whether the worker, with nothing to do, could run it.</summary>
    public bool Accepts(VineWorker worker)
    {
        foreach (var (name, amount) in Resources)
        {
            if (worker.Resources.GetValueOrDefault(name) < amount)
                return false;
        }

        return IsOneOf(worker);
    }

    /// <summary>Whether the worker has the name, the resources, and room for the library now.</summary>
    public bool Fits(VineWorker worker)
    {
        foreach (var (name, amount) in Resources)
        {
            if (worker.FreeOf(name) < amount)
                return false;
        }

        return IsOneOf(worker) && (Library is null || Library.HasRoomAt(worker));
    }

    /// <summary>Whether a task would find as many slots free as it takes.</summary>
    public bool MayStartAt(VineWorker worker) => worker.HasFreeSlots(Cores) && (Library is null || Library.HasFreeSlotAt(worker));

    public void Open(VineWorker worker)
    {
        if (_isOpen.Add(worker))
            _open.Add(worker);
    }

    public void Close(VineWorker worker)
    {
        if (_isOpen.Remove(worker))
            _open.Remove(worker);
    }

    /// <summary>Of some that have room and resources the least loaded; null when none has, and then none is open.</summary>
    public VineWorker? LeastLoaded(Func<VineWorker, bool> hasRoom)
    {
        VineWorker? best = null;
        var looked = 0;
        for (var left = _open.Count; left > 0 && looked < LookedAt; left--)
        {
            if (_cursor >= _open.Count)
                _cursor = 0;
            var worker = _open[_cursor];
            if (!hasRoom(worker) || !Fits(worker))
            {
                _isOpen.Remove(worker);
                _open[_cursor] = _open[^1];
                _open.RemoveAt(_open.Count - 1);
                continue;
            }

            looked++;
            _cursor++;
            if (best is null || IsBetter(worker, best))
                best = worker;
        }

        return best;
    }

    // One where it starts at once; else one where the wait is short.
    private bool IsBetter(VineWorker worker, VineWorker other)
    {
        var starts = MayStartAt(worker);
        if (starts != MayStartAt(other))
            return starts;
        var order = Library is null ? 0 : Library.WaitUsAt(worker).CompareTo(Library.WaitUsAt(other));
        return order != 0 ? order < 0 : worker.IsLessLoadedThan(other);
    }

    private bool IsOneOf(VineWorker worker) => worker.Cores >= Cores
        && (Names.Length == 0 || Array.IndexOf(Names, worker.Name) >= 0)
        && Array.TrueForAll(Held, worker.Files.Contains);

    public sealed class ByOrder : IComparer<WorkerPool>
    {
        public int Compare(WorkerPool? x, WorkerPool? y)
        {
            var order = x!.Order.CompareTo(y!.Order);
            return order != 0 ? order : x.Number.CompareTo(y.Number);
        }
    }
}

/// <summary>A client's tasks wait, and no worker that is connected could ever run them.</summary>
internal sealed class PoolWait(TimeSpan since)
{
    public TimeSpan Since { get; } = since;

    public bool Told { get; set; }
}
