using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <content>What the comments on the collections say, checked.</content>
internal sealed partial class DemandBoard
{
    public IEnumerable<VineLock> Locks => _locks.Values;

    public IEnumerable<WorkerPool> Pools => _pools.Values;

    public void CheckInvariants(Action<bool, string> require)
    {
        foreach (var (content, demand) in _demands)
        {
            require(demand.Content == content && demand.Users > 0, "a demand is kept under its content while it is used");
            require(demand.Pool.Demands.Contains(demand), "a pool knows its demands");
            CheckState(demand, require);
        }

        foreach (var (name, named) in _locks)
        {
            require(named.Users == _demands.Values.Count(demand => demand.Locks.Contains(named)), $"lock '{name}' counts its demands");
            foreach (var (pool, waiters) in named.Waiters)
            {
                require(waiters.Count > 0, $"lock '{name}' names pools that wait for it");
                require(
                    named.Holder is not null || pool.Candidates.Any(candidate => candidate.Locks.Contains(named)),
                    $"lock '{name}' is not free while others wait for it");
            }
        }

        foreach (var (content, pool) in _pools)
        {
            require(pool.Content == content && pool.Demands.Count > 0, "a pool is kept under its content while it has demands");
            require(pool.Awake == _awake.Contains(pool), "a pool knows whether it is to be tried");
            require(pool.Awake == (pool.MayHaveRoom && pool.Candidates.Count > 0), "a pool is to be tried when it has candidates and perhaps room");
            require(!pool.Awake || pool.Order <= pool.Candidates.Min!.Order, "a pool is not tried later than its first candidate asks for");
        }

        require(_awake.Count == _pools.Values.Count(pool => pool.Awake), "no pool is tried that is gone");
        require(_changed.Distinct().Count() == _changed.Count && _changed.TrueForAll(worker => worker.Changed), "a worker has changed once");
    }

    private static void CheckState(Demand demand, Action<bool, string> require)
    {
        var first = demand.Ready.Tasks.Where(task => task.State == VineTaskState.Ready).Select(TaskOrder.Of).Order().Take(1).ToList();
        require(first.Count == 0 || demand.State != DemandState.Idle, "a demand with ready tasks waits for something");
        require(demand.State == DemandState.Idle || first.Count == 0 || demand.Order <= first[0], "a demand does not wait behind its first task");
        require(demand.Pool.Candidates.Contains(demand) == (demand.State == DemandState.Candidate), "a pool has its candidates");
        require((demand.BlockedBy is not null) == (demand.State == DemandState.Blocked), "a blocked demand knows what it waits for");
        require(
            demand.BlockedBy is not { } blocker || (demand.Locks.Contains(blocker) && blocker.Waiters[demand.Pool].Contains(demand)),
            "a lock knows who waits for it");
    }
}
