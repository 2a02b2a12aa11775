using System.Text;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <content>How demands come and go, and how they wait for locks.</content>
internal sealed partial class DemandBoard
{
    /// <summary>The demand of some options, null when there is none; to be given up with <see cref="Drop"/>.</summary>
    /// <param name="options">What a client has asked for.</param>
    /// <param name="library">The one that they name, if a worker runs few of its calls at a time.</param>
    public Demand? DemandOf(TaskOptions options, VineLibrary? library)
    {
        string[] names = options.Elsewhere ? [] : [.. options.Workers.Distinct().Order(StringComparer.Ordinal)];
        (string Name, long Amount)[] resources =
        [
            .. options.Resources.Where(resource => resource.Value > 0).OrderBy(resource => resource.Key, StringComparer.Ordinal)
                .Select(resource => (resource.Key, resource.Value)),
        ];
        string[] locks = [.. options.Locks.Distinct().Order(StringComparer.Ordinal)];
        return names.Length + resources.Length + locks.Length == 0 && library is null
            ? null
            : DemandOf(names, resources, locks, new TaskNeeds(library?.CoresPerCall ?? 1, []), library);
    }

    /// <summary>What a command with options of some demand needs; likewise.</summary>
    public Demand DemandOf(Demand? demand, TaskNeeds needs) =>
        DemandOf(demand?.Pool.Names ?? [], demand?.Pool.Resources ?? [], Array.ConvertAll(demand?.Locks ?? [], named => named.Name), needs, null);

    private Demand DemandOf(string[] names, (string Name, long Amount)[] resources, string[] locks, TaskNeeds needs, VineLibrary? library)
    {
        var kind = ContentOf(names) + ContentOf([.. resources.Select(resource => $"{resource.Amount} {resource.Name}")])
            + ContentOf([.. needs.Held.Select(file => $"{file.Id.Value}").Prepend($"{library?.Number}").Prepend($"{needs.Cores}")]);
        var content = kind + ContentOf(locks);
        if (!_demands.TryGetValue(content, out var demand))
        {
            if (!_pools.TryGetValue(kind, out var pool))
                pool = AddPool(new WorkerPool(++_lastNumber, kind, names, resources, needs.Cores, needs.Held, library));
            demand = new Demand(++_lastNumber, content, pool, Array.ConvertAll(locks, UseLock));
            _demands.Add(content, demand);
            pool.Demands.Add(demand);
        }

        demand.Users++;
        return demand;
    }

    /// <summary>One user of it less. Without users it has no ready tasks, and goes.</summary>
    public void Drop(Demand demand)
    {
        if (--demand.Users > 0)
            return;
        _demands.Remove(demand.Content);
        if (demand.State == DemandState.Blocked)
            Unblock(demand);
        else if (demand.Pool.Candidates.Remove(demand))
        {
            Rouse(demand.Pool);
            WakeNextTo(demand);
        }

        foreach (var named in demand.Locks)
        {
            if (--named.Users == 0)
                _locks.Remove(named.Name);
        }

        demand.Pool.Demands.Remove(demand);
        if (demand.Pool.Demands.Count == 0)
            RemovePool(demand.Pool);
    }

    // Lengths keep names apart, whatever they contain.
    private static string ContentOf(string[] names)
    {
        var content = new StringBuilder().Append(names.Length).Append(';');
        foreach (var name in names)
            content.Append(name.Length).Append(':').Append(name);
        return content.ToString();
    }

    private VineLock UseLock(string name)
    {
        if (!_locks.TryGetValue(name, out var named))
            _locks.Add(name, named = new VineLock(name));
        named.Users++;
        return named;
    }

    private WorkerPool AddPool(WorkerPool pool)
    {
        _pools.Add(pool.Content, pool);
        if (pool is { Library: { } library, IsForAllWithCores: true })
            library.Pool = pool;
        foreach (var file in pool.Held)
        {
            if (!_byFile.TryGetValue(file, out var atHolders))
                _byFile.Add(file, atHolders = []);
            atHolders.Add(pool);
        }

        if (!pool.IsForAll)
        {
            foreach (var worker in workers.Values.Where(pool.Accepts).OrderBy(worker => worker.Id.Value))
                Join(pool, worker);
        }

        return pool;
    }

    private void RemovePool(WorkerPool pool)
    {
        _pools.Remove(pool.Content);
        if (pool.Library is { } library && library.Pool == pool)
            library.Pool = null;
        foreach (var file in pool.Held)
        {
            _byFile[file].Remove(pool);
            if (_byFile[file].Count == 0)
                _byFile.Remove(file);
        }

        Unserved.Remove(pool);
        if (pool.MemberCount == 0)
            return;
        foreach (var worker in workers.Values)
            worker.Pools.Remove(pool);
    }

    /// <summary>A demand with a ready task, and in no set, goes where it belongs.</summary>
    private void Settle(Demand demand)
    {
        if (demand.HeldLock() is { } held)
            Block(demand, held);
        else
            MakeCandidate(demand);
    }

    private void MakeCandidate(Demand demand)
    {
        demand.State = DemandState.Candidate;
        demand.Pool.Candidates.Add(demand);
        if (!demand.Pool.Awake || demand.Order < demand.Pool.Order)
            Rouse(demand.Pool);
    }

    private static void Block(Demand demand, VineLock held)
    {
        demand.State = DemandState.Blocked;
        demand.BlockedBy = held;
        if (!held.Waiters.TryGetValue(demand.Pool, out var waiters))
            held.Waiters.Add(demand.Pool, waiters = new SortedSet<Demand>(Demand.ByOrder.Instance));
        waiters.Add(demand);
    }

    private static void Unblock(Demand demand)
    {
        var waiters = demand.BlockedBy!.Waiters[demand.Pool];
        waiters.Remove(demand);
        if (waiters.Count == 0)
            demand.BlockedBy.Waiters.Remove(demand.Pool);
        demand.BlockedBy = null;
        demand.State = DemandState.Idle;
    }

    // One of each pool: its others could run only where that one could.
    private void WakeWaiters(VineLock free)
    {
        foreach (var waiters in free.Waiters.Values.ToList())
            Wake(waiters);
    }

    /// <summary>It was not placed and is no candidate any more, so another has to stand for those that wait for what it does not take.</summary>
    private void WakeNextTo(Demand demand)
    {
        foreach (var named in demand.Locks)
        {
            if (named.Holder is null && named.Waiters.TryGetValue(demand.Pool, out var waiters))
                Wake(waiters);
        }
    }

    private void Wake(SortedSet<Demand> waiters)
    {
        var first = waiters.Min!;
        Unblock(first);
        MakeCandidate(first);
    }
}
