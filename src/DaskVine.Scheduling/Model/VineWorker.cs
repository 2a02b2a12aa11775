using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Model;

/// <summary>A worker process as the manager sees it.</summary>
internal sealed class VineWorker(WorkerId id, string name, int cores, IReadOnlyDictionary<string, long> resources)
{
    // How much of each resource is claimed: the sum over Claims.
    private readonly Dictionary<string, long> _used = [];

    public WorkerId Id { get; } = id;

    /// <summary>For people, and for tasks that ask for it.</summary>
    public string Name { get; } = name;

    public int Cores { get; } = cores;

    /// <summary>Its number may come back with another process behind it.</summary>
    public bool HasLeft { get; set; }

    /// <summary>All and only the tasks whose <see cref="VineTask.Worker"/> is this one, by ascending time of assignment.</summary>
    public AssignedTasks Assigned { get; } = new();

    /// <summary>All and only the files that list this worker as a holder.</summary>
    public HashSet<VineFile> Files { get; } = [];

    /// <summary>All and only the arrivals that have it as destination and have not ended.</summary>
    public Dictionary<VineFile, Arrival> Arriving { get; } = [];

    /// <summary>How many of <see cref="Arriving"/> run, those that are made there apart.</summary>
    public int Incoming { get; set; }

    /// <summary>Arrivals that are delayed, in order, and perhaps some that are not any more.</summary>
    public Queue<Arrival> Delayed { get; } = new();

    /// <summary>All and only the running arrivals that have it as source.</summary>
    public HashSet<Arrival> Outgoing { get; } = [];

    /// <summary>Files that wait for it to have room as a source, and perhaps some that do not any more.</summary>
    public Queue<VineFile> Asking { get; } = new();

    /// <summary>Where others get its files from; null when they cannot.</summary>
    public PeerEndpoint? Peer { get; set; }

    /// <summary>Workers that it could not reach as sources, and until when they are not tried again.</summary>
    public Dictionary<VineWorker, TimeSpan> Unreachable { get; } = [];

    /// <summary>Bytes that its cache may hold; 0 for no limit.</summary>
    public long Disk { get; set; }

    /// <summary>Sum of the sizes of <see cref="Files"/> and <see cref="Arriving"/>.</summary>
    public long StoredBytes { get; set; }

    /// <summary>Sum of <see cref="VineTask.ExpectedBytes"/> over <see cref="Assigned"/>.</summary>
    public long ExpectedBytes { get; set; }

    /// <summary>
    /// Outputs that it has from an earlier attempt at a task of <see cref="Assigned"/>. The present attempt overwrites one, or makes
    /// it a leftover: by giving a small value, or by not ending there.
    /// </summary>
    public HashSet<VineFile> Leftovers { get; } = [];

    /// <summary>All and only the functions that were sent on the present link, and not forgotten.</summary>
    public HashSet<VineFunction> Functions { get; } = [];

    /// <summary>Of its interpreter and packages, by component; empty while it does not know.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Sum of <see cref="VineTask.LoadUs"/> over <see cref="Assigned"/>, but of a library in <see cref="Libraries"/> no more than its slots may have waiting.
    /// </summary>
    public long LoadUs { get; private set; }

    /// <summary>Cores that <see cref="Assigned"/> take or wait for, those that wait for the slots of a library apart.</summary>
    public int BusyCores { get; private set; }

    /// <summary>All and only the libraries with few slots that have calls in <see cref="Assigned"/>.</summary>
    public Dictionary<VineLibrary, LibraryCalls> Libraries { get; } = [];

    /// <summary>It was asked to give tasks back and has not answered.</summary>
    public bool Retracting { get; set; }

    /// <summary>Not to be asked again before: what it would not give back has started.</summary>
    public TimeSpan NextRetraction { get; set; }

    /// <summary>When it last completed a task, or got one while it had none.</summary>
    public TimeSpan LastProgress { get; set; }

    /// <summary>Set while it is in the index, under <see cref="IndexedLoad"/>.</summary>
    public bool Indexed { get; set; }

    /// <summary>Its place in the index.</summary>
    public (bool Full, long LoadUsPerCore) IndexedLoad { get; set; }

    /// <summary>What it has beside cores, by name, in thousandths.</summary>
    public IReadOnlyDictionary<string, long> Resources { get; } = resources;

    /// <summary>Of tasks in <see cref="Assigned"/>, and of tasks that were there and may still run.</summary>
    public HashSet<Claim> Claims { get; } = [];

    /// <summary>All pools that it is a member of, by age, those for all workers apart.</summary>
    public List<WorkerPool> Pools { get; } = [];

    /// <summary>In the board's list of workers that have changed.</summary>
    public bool Changed { get; set; }

    /// <summary>Claims of tasks that are being cancelled. Empty once the cancel has been sent.</summary>
    public List<Claim> Cancelled { get; } = [];

    /// <summary>What the answers to Retracts are about that are still to come: claims of cancelled tasks, or (null) tasks for others.</summary>
    public Queue<Claim[]?> Asked { get; } = new();

    public bool HasFreeSlot => HasFreeSlots(1);

    /// <summary>How many of its tasks wait for slots, or may: more than that it cannot give back.</summary>
    public int Surplus => Math.Min(Assigned.Count - 1, BusyCores - Cores);

    /// <summary>Whether a task of so many cores would start at once.</summary>
    public bool HasFreeSlots(int count) => BusyCores + count <= Cores;

    /// <summary>Puts a task on its books.</summary>
    public void Add(VineTask task, TimeSpan now)
    {
        if (Assigned.Count == 0)
            LastProgress = now;
        Assigned.Add(task);
        if (task.LimitedBy is { } library)
            Add(task, library, now);
        else
            Count(task.LoadUs, task.Cores);
    }

    public void Remove(VineTask task)
    {
        Assigned.Remove(task);
        if (task.LimitedBy is { } library)
            Remove(task, library);
        else
            Count(-task.LoadUs, -task.Cores);
    }

    /// <summary>It has completed one of its tasks.</summary>
    public void Progress(VineTask task, TimeSpan now)
    {
        LastProgress = now;
        if (task.LimitedBy is { } library)
            Libraries[library].LastProgress = now;
    }

    public long FreeOf(string resource) => Resources.GetValueOrDefault(resource) - _used.GetValueOrDefault(resource);

    public void Take(Claim claim)
    {
        Claims.Add(claim);
        foreach (var (resource, amount) in claim.Demand.Pool.Resources)
            _used[resource] = _used.GetValueOrDefault(resource) + amount;
    }

    public void GiveBack(Claim claim)
    {
        Claims.Remove(claim);
        foreach (var (resource, amount) in claim.Demand.Pool.Resources)
            _used[resource] -= amount;
    }

    public bool IsLessLoadedThan(VineWorker other)
    {
        if (HasFreeSlot != other.HasFreeSlot)
            return HasFreeSlot;
        var order = (LoadUs / Cores).CompareTo(other.LoadUs / other.Cores);
        return order != 0 ? order < 0 : Id.Value < other.Id.Value;
    }

    private void Add(VineTask task, VineLibrary library, TimeSpan now)
    {
        if (!Libraries.TryGetValue(library, out var calls))
        {
            Libraries.Add(library, calls = library.Open(this));
            calls.LastProgress = now;
        }

        Count(-calls.CountedUs, -calls.BusyCores);
        calls.Add(task);
        Count(calls.CountedUs, calls.BusyCores);
        if (calls.Waiting > 0)
            library.Crowded.Add(calls);
    }

    private void Remove(VineTask task, VineLibrary library)
    {
        var calls = Libraries[library];
        Count(-calls.CountedUs, -calls.BusyCores);
        calls.Remove(task);
        Count(calls.CountedUs, calls.BusyCores);
        if (calls.Waiting == 0)
            library.Crowded.Remove(calls);
        if (calls.Count == 0)
            Libraries.Remove(library);
    }

    private void Count(long loadUs, int cores)
    {
        LoadUs += loadUs;
        BusyCores += cores;
    }
}
