using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <content>What must hold of demands, locks and resources; above all, that nothing waits for what is there.</content>
public sealed partial class Scheduler
{
    private void CheckDemands()
    {
        _board.CheckInvariants(Require);
        var claims = _tasks.Items.Where(task => task.Claim is not null).Select(task => task.Claim!).ToList();
        var ending = _lingering.Select(item => item.Claim).Concat(_workers.Values.SelectMany(worker => worker.Asked).SelectMany(asked => asked ?? []));
        var all = claims.Concat(ending).ToList();
        Require(all.Distinct().Count() == all.Count, "a claim is held by a task, or lingers, or waits for an answer");
        foreach (var named in all.SelectMany(claim => claim.Demand.Locks.Select(named => (named, claim))))
            Require(named.named.Holder == named.claim, $"lock '{named.named.Name}' is held once");
        Require(
            _board.Locks.All(named => named.Holder is null || all.Contains(named.Holder)), "a lock is held by a claim that will be given back");
        foreach (var worker in _workers.Values)
        {
            Require(worker.Claims.SetEquals(all.Where(claim => claim.Worker == worker)), $"{worker.Id} knows its claims");
            Require(worker.Cancelled.Count == 0, $"{worker.Id} was asked for what it cancels");
            foreach (var resource in worker.Resources.Keys)
            {
                var used = worker.Claims.Sum(claim => claim.Demand.Pool.Resources.Where(item => item.Name == resource).Sum(item => item.Amount));
                Require(worker.FreeOf(resource) == worker.Resources[resource] - used, $"{worker.Id} sums up its {resource}");
                Require(worker.FreeOf(resource) >= 0, $"{worker.Id} has not given out more {resource} than it has");
            }
        }

        foreach (var pool in _board.Pools)
            CheckNothingWaitsInVain(pool);
    }

    private void CheckNothingWaitsInVain(WorkerPool pool)
    {
        var members = _workers.Values.Where(pool.Accepts).ToList();
        Require(pool.IsForAll || members.Count == pool.MemberCount, "a pool counts its members");
        Require(pool.IsForAll || members.TrueForAll(worker => worker.Pools.Contains(pool)), "members of a pool know it");
        Require(pool.Waits.Count == 0 || members.Count == 0, "clients wait for members only where there is none");
        Require(_board.Unserved.Contains(pool) == (pool.Waits.Count > 0), "pools with waits are those that are looked after");
        if (_index.Count < _tuning.WaitForWorkers)
            return;
        var able = members.Find(worker => _index.HasRoom(worker) && pool.Fits(worker));
        if (able is null)
            return;
        foreach (var demand in pool.Demands)
        {
            var waits = demand.Ready.Tasks.FirstOrDefault(task => task.State == VineTaskState.Ready);
            Require(waits is null || demand.HeldLock() is not null, $"{waits?.Id} does not wait while {able.Id} could run it");
        }
    }

    private static void CheckClaim(VineTask task)
    {
        var claims = task.State == VineTaskState.Assigned && task.Demand is { Claims: true };
        Require(claims == (task.Claim is not null), $"{task.Id} has a claim exactly when it is assigned and holds something");
        Require(
            task.Worker is null || task.Demand is null || task.Demand.Pool.Accepts(task.Worker),
            $"{task.Id} is at a worker that may run it");
    }
}
