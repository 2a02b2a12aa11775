using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Ready tasks that cannot run anywhere at any time, apart from the others so that they hold nobody up. Tasks of one demand are a queue.
/// Demands wait for a lock, or in their pool for a worker; a pool is tried when one of its workers changes, and then only with its first
/// demand, as a worker that cannot take that cannot take the others. So the cost of a placement grows with the number of different
/// kinds of workers that are asked for, never with that of tasks or locks.
/// </summary>
internal sealed partial class DemandBoard(Dictionary<WorkerId, VineWorker> workers)
{
    // All that have users, by content.
    private readonly Dictionary<string, Demand> _demands = [];
    // All that a demand of _demands refers to, by content and by name.
    private readonly Dictionary<string, WorkerPool> _pools = [];
    private readonly Dictionary<string, VineLock> _locks = [];
    // Of _pools, those whose workers hold a file. No list is empty.
    private readonly Dictionary<VineFile, List<WorkerPool>> _byFile = [];
    // All and only the pools with Awake set: they have candidates, and workers that may have room.
    private readonly SortedSet<WorkerPool> _awake = new(new WorkerPool.ByOrder());
    // Workers with Changed set, each once: room or resources may have come free there since their pools were tried.
    private readonly List<VineWorker> _changed = [];
    private int _lastNumber;

    /// <summary>All and only the pools that have waits.</summary>
    public SortedSet<WorkerPool> Unserved { get; } = new(Comparer<WorkerPool>.Create((x, y) => x.Number.CompareTo(y.Number)));

    public int Count => _demands.Count;

    public IEnumerable<VineTask> Tasks => _demands.Values.SelectMany(demand => demand.Ready.Tasks);

    /// <summary>A task has become ready.</summary>
    public void Add(VineTask task, TimeSpan now)
    {
        var demand = task.Demand!;
        demand.Ready.Add(task);
        var order = TaskOrder.Of(task);
        switch (demand.State)
        {
            case DemandState.Idle:
                demand.Order = order;
                Settle(demand);
                break;
            case DemandState.Candidate when order < demand.Order:
                demand.Pool.Candidates.Remove(demand);
                demand.Order = order;
                MakeCandidate(demand);
                break;
            case DemandState.Blocked when order < demand.Order || demand.BlockedBy!.Holder is null:
                Unblock(demand);
                demand.Order = order < demand.Order ? order : demand.Order;
                Settle(demand);
                break;
        }

        if (demand.Pool is { IsForAll: false, MemberCount: 0 } pool)
            NoteWait(pool, task.Graph.Client, now);
    }

    /// <summary>The first task that a worker might take, or null. What is found to be blocked by a lock is put aside.</summary>
    public VineTask? First(out TaskOrder order)
    {
        while (_awake.Min is { } pool)
        {
            if (FirstOf(pool) is { } task && pool.Candidates.Min!.Order == pool.Order)
            {
                order = pool.Order;
                return task;
            }

            Rouse(pool);
        }

        order = default;
        return null;
    }

    /// <summary>None of its workers has room for the first task: nothing is tried until one changes.</summary>
    public void Sleep(WorkerPool pool) => Rouse(pool);

    /// <summary>Takes the task that <see cref="First"/> gave, with what it needs.</summary>
    /// <returns>What it holds from now on, if anything.</returns>
    public static Claim? Take(VineTask task, VineWorker worker)
    {
        var demand = task.Demand!;
        demand.Ready.Take(task);
        if (!demand.Claims)
            return null;
        var claim = new Claim(demand, worker);
        demand.Users++;
        foreach (var free in demand.Locks)
            free.Holder = claim;
        worker.Take(claim);
        return claim;
    }

    /// <summary>What a claim holds may be had by others.</summary>
    public void Free(Claim claim)
    {
        var demand = claim.Demand;
        claim.Worker.GiveBack(claim);
        OnChanged(claim.Worker);
        foreach (var held in demand.Locks)
            held.Holder = null;
        foreach (var free in demand.Locks)
            WakeWaiters(free);
        Drop(demand);
    }

    /// <summary>To be called when a task has left a worker.</summary>
    public void OnChanged(VineWorker worker)
    {
        if (worker.Changed || worker.Pools.Count == 0)
            return;
        worker.Changed = true;
        _changed.Add(worker);
    }

    /// <summary>Wakes the pools of workers that have changed.</summary>
    public void Refresh()
    {
        foreach (var worker in _changed)
        {
            worker.Changed = false;
            foreach (var pool in worker.Pools)
            {
                pool.Open(worker);
                if (!pool.Awake)
                    Rouse(pool);
            }
        }

        _changed.Clear();
    }

    public void OnJoined(VineWorker worker)
    {
        foreach (var pool in _pools.Values.Where(pool => !pool.IsForAll && pool.Accepts(worker)).OrderBy(pool => pool.Number).ToList())
            Join(pool, worker);
    }

    public void OnLeft(VineWorker worker, TimeSpan now)
    {
        foreach (var pool in worker.Pools)
            Part(pool, worker, now);
        worker.Pools.Clear();
    }

    /// <summary>A worker holds a file from now on.</summary>
    public void OnHeld(VineFile file, VineWorker worker)
    {
        foreach (var pool in PoolsOf(file))
        {
            if (pool.Accepts(worker) && !worker.Pools.Contains(pool))
                Join(pool, worker);
        }
    }

    /// <summary>A worker does not hold a file any more.</summary>
    public void OnLost(VineFile file, VineWorker worker, TimeSpan now)
    {
        foreach (var pool in PoolsOf(file))
        {
            if (worker.Pools.Remove(pool))
                Part(pool, worker, now);
        }
    }

    /// <summary>Pools of workers that hold a file.</summary>
    public IReadOnlyList<WorkerPool> PoolsOf(VineFile file) => _byFile.GetValueOrDefault(file) ?? [];

    /// <summary>The first task of a client that waits in a pool.</summary>
    public static VineTask? FirstOf(WorkerPool pool, VineClient client) =>
        ReadyIn(pool).Where(task => task.Graph.Client == client).MinBy(TaskOrder.Of);

    public void ForgetWait(WorkerPool pool, VineClient client)
    {
        if (pool.Waits.Remove(client) && pool.Waits.Count == 0)
            Unserved.Remove(pool);
    }

    public static IEnumerable<VineTask> ReadyIn(WorkerPool pool) =>
        pool.Demands.SelectMany(demand => demand.Ready.Tasks).Where(task => task.State == VineTaskState.Ready);

    private void NoteWait(WorkerPool pool, VineClient client, TimeSpan now)
    {
        if (pool.Waits.TryAdd(client, new PoolWait(now)))
            Unserved.Add(pool);
    }

    private void Part(WorkerPool pool, VineWorker worker, TimeSpan now)
    {
        pool.Close(worker);
        pool.MemberCount--;
        Rouse(pool);
        if (pool.MemberCount > 0)
            return;
        foreach (var task in ReadyIn(pool))
            NoteWait(pool, task.Graph.Client, now);
    }

    private void Join(WorkerPool pool, VineWorker worker)
    {
        worker.Pools.Add(pool);
        pool.MemberCount++;
        pool.Open(worker);
        pool.Waits.Clear();
        Unserved.Remove(pool);
        Rouse(pool);
    }

    private VineTask? FirstOf(WorkerPool pool)
    {
        while (pool.Candidates.Min is { } demand)
        {
            var isReady = demand.Ready.TryPeek(out var task, out var order);
            if (isReady && order == demand.Order && demand.HeldLock() is null)
                return task;
            pool.Candidates.Remove(demand);
            if (isReady)
            {
                demand.Order = order;
                Settle(demand);
            }
            else
                demand.State = DemandState.Idle;

            if (demand.State != DemandState.Candidate)
                WakeNextTo(demand);
        }

        return null;
    }

    /// <summary>Puts a pool among those to be tried, at the place of its first candidate, or takes it out.</summary>
    private void Rouse(WorkerPool pool)
    {
        if (pool.Awake)
            _awake.Remove(pool);
        pool.Awake = pool.MayHaveRoom && pool.Candidates.Count > 0;
        if (!pool.Awake)
            return;
        pool.Order = pool.Candidates.Min!.Order;
        _awake.Add(pool);
    }
}
