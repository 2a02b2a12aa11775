using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Workers by load, so that the least and the most loaded are found without looking at the others.</summary>
internal sealed class WorkerIndex(SchedulerOptions options)
{
    private sealed class ByLoad : IComparer<VineWorker>
    {
        public int Compare(VineWorker? x, VineWorker? y)
        {
            var order = x!.IndexedLoad.CompareTo(y!.IndexedLoad);
            return order != 0 ? order : x.Id.Value.CompareTo(y.Id.Value);
        }
    }

    // To look at so many is faster than to keep them sorted.
    private const int FewWorkers = 8;

    // All workers except those in _touched, under the load they had when they were put in.
    private readonly SortedSet<VineWorker> _byLoad = new(new ByLoad());
    // Workers whose load has changed since, each once.
    private readonly List<VineWorker> _touched = [];

    // All workers, by age.
    private readonly List<VineWorker> _all = [];

    // All workers, by name.
    private readonly Dictionary<string, List<VineWorker>> _byName = [];

    public int Count { get; private set; }

    public void Add(VineWorker worker)
    {
        Count++;
        _all.Add(worker);
        if (!_byName.TryGetValue(worker.Name, out var named))
            _byName.Add(worker.Name, named = []);
        named.Add(worker);
        _touched.Add(worker);
    }

    /// <summary>To be called before or after any change of a worker's load: it is sorted in again when somebody looks.</summary>
    public void Touch(VineWorker worker)
    {
        if (!worker.Indexed)
            return;
        _byLoad.Remove(worker);
        worker.Indexed = false;
        _touched.Add(worker);
    }

    public void Remove(VineWorker worker)
    {
        if (worker.Indexed)
            _byLoad.Remove(worker);
        else
            _touched.Remove(worker);
        worker.Indexed = false;
        Count--;
        _all.Remove(worker);
        var named = _byName[worker.Name];
        named.Remove(worker);
        if (named.Count == 0)
            _byName.Remove(worker.Name);
    }

    /// <summary>Whether another task may be sent there before one comes back.</summary>
    public bool HasRoom(VineWorker worker) => worker.HasFreeSlot || HasBacklogRoom(worker);

    public IReadOnlyList<VineWorker> Named(string name) => _byName.TryGetValue(name, out var named) ? named : [];

    /// <summary>One worker after the other; there has to be one.</summary>
    public VineWorker InTurn(ref int next) => _all[next = (next + 1) % _all.Count];

    public VineWorker? LeastLoaded()
    {
        if (_all.Count <= FewWorkers)
            return LeastOfFew();
        Refresh();
        return _byLoad.Min;
    }

    public IEnumerable<VineWorker> MostLoadedFirst()
    {
        Refresh();
        return _byLoad.Reverse();
    }

    public IEnumerable<VineWorker> Workers => _byLoad.Concat(_touched);

    private bool HasBacklogRoom(VineWorker worker) =>
        worker.LoadUs < worker.Cores * options.BacklogUs && worker.Assigned.Count < (long)worker.Cores * options.BacklogTasks;

    // A worker at its limit of tasks sorts behind all that have room, so that no room at the least loaded means none anywhere.
    private (bool Full, long LoadUsPerCore) Load(VineWorker worker) => worker.HasFreeSlot
        ? (false, worker.LoadUs / worker.Cores)
        : (true, HasBacklogRoom(worker) ? worker.LoadUs / worker.Cores : options.BacklogUs + (worker.LoadUs / worker.Cores));

    private VineWorker? LeastOfFew()
    {
        VineWorker? least = null;
        var lowest = default((bool, long));
        foreach (var worker in _all)
        {
            var load = Load(worker);
            if (least is null || load.CompareTo(lowest) < 0 || (load == lowest && worker.Id.Value < least.Id.Value))
                (least, lowest) = (worker, load);
        }

        return least;
    }

    private void Refresh()
    {
        foreach (var worker in _touched)
        {
            worker.IndexedLoad = Load(worker);
            worker.Indexed = true;
            _byLoad.Add(worker);
        }

        _touched.Clear();
    }
}
