using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.Simulation.Graphs;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>The processes of one worker: libraries, the children, tasks' own. They take time, answer, die.</summary>
internal sealed class SimulatedHosts(World world, SimulatedWorker worker, Chance chance)
{
    private static readonly TimeSpan s_holdAtMost = TimeSpan.FromMilliseconds(1);

    // Live hosts.
    private readonly Dictionary<HostId, SimulatedHost> _hosts = [];

    // The last process of each library that children are forked from.
    private readonly Dictionary<int, SimulatedLibrary> _libraries = [];

    // Setups in a row that failed, by library.
    private readonly Dictionary<int, int> _failedSetups = [];

    public void StartLibrary(StartLibrary start)
    {
        var library = new SimulatedLibrary(start.Library, start.Spec) { LoadedAt = world.Clock.Now };
        _libraries[start.Library] = library;
        var fails = SetupFails(start.Library, start.Spec);
        world.Clock.After(SetupTime(start.Spec), () =>
        {
            if (library.IsDead)
                return;
            library.IsUp = !fails;
            if (fails)
                End(library, 1);
            else
                worker.Happen(new LibraryUp(Library: library.Id));
        });
    }

    /// <summary>A process that children are forked from, or one that was set up by itself. Not while it comes up: a few such deaths in a row are a reason to fail calls.</summary>
    /// <returns>Whether there was one to kill.</returns>
    public bool KillLibrary()
    {
        var parents = _libraries.Values.Where(library => library is { IsUp: true, IsDead: false }).ToList();
        var alone = _hosts.Values.Where(host => host is { IsChild: true, Library: null } && host.UpAt < world.Clock.Now).ToList();
        if (parents.Count + alone.Count == 0)
            return false;
        var picked = parents.Count + alone.Count == 1 ? 0 : chance.Between(0, parents.Count + alone.Count - 1);
        if (picked < parents.Count)
            End(parents[picked], -9);
        else
            End(alone[picked - parents.Count], -9);
        return true;
    }

    public void EndLibrary(int id)
    {
        if (_libraries[id] is { IsDead: false } library)
            End(library, 0);
    }

    public void Fork(ForkChild fork)
    {
        var library = _libraries[fork.Library];
        if (library.IsDead)
            return;
        var child = new SimulatedHost(HostId.Child(fork.Slot, fork.Library), library, library.Spec);
        // It has to load what it was sent before.
        var wait = library.LoadedAt > world.Clock.Now ? library.LoadedAt - world.Clock.Now : TimeSpan.Zero;
        Start(child, wait + Startup(3));
    }

    /// <summary>A child that is set up by itself.</summary>
    public void StartChild(StartChild start)
    {
        var child = new SimulatedHost(start.Child, null, start.Spec);
        if (!SetupFails(start.Child.Library, start.Spec))
        {
            Start(child, SetupTime(start.Spec));
            return;
        }

        _hosts.Add(child.Id, child);
        world.Clock.After(SetupTime(start.Spec), () =>
        {
            if (!child.Dead)
                End(child, 1);
        });
    }

    /// <summary>One in ten is long to load, so that children are to have it from their library.</summary>
    public void Load(LoadFunction load)
    {
        var library = _libraries[load.Library];
        if (library.IsDead)
            return;
        var took = Startup(chance.Happens(0.1) ? 200 : 0.2);
        var isOk = chance.Happens(0.9);
        if (isOk)
            library.Loaded.Add(load.Function.Number);
        library.LoadedAt = (library.LoadedAt > world.Clock.Now ? library.LoadedAt : world.Clock.Now) + took;
        world.Clock.At(library.LoadedAt, () =>
        {
            if (!library.IsDead)
                worker.Happen(new FunctionLoaded((long)took.TotalMicroseconds, isOk, library.Id));
        });
    }

    public void Forget(ForgetLoaded forget) => _libraries[forget.Library].Loaded.ExceptWith(forget.Functions);

    public void StartTask(int slot) => Start(new SimulatedHost(HostId.Task(slot), null, null), Startup(50));

    public void Send(HostId id, SendFunction function)
    {
        if (_hosts.TryGetValue(id, out var host))
            host.Functions.Add(function.Function.Number);
    }

    public void Send(HostId id, SendForget forget)
    {
        if (_hosts.TryGetValue(id, out var host))
            host.Functions.ExceptWith(forget.Functions);
    }

    public void Send(HostId id, SendCall call)
    {
        if (!_hosts.TryGetValue(id, out var host))
            return;
        host.Calls.Enqueue(call);
        if (host.Running is null || world.Sabotages(Sabotage.TwoCallsAtOnce))
            RunNext(host);
    }

    public void End(HostId id, int status)
    {
        if (_hosts.TryGetValue(id, out var host))
            End(host, status);
    }

    /// <summary>The worker is gone, and everything with it.</summary>
    public void EndAll()
    {
        foreach (var library in _libraries.Values)
            library.IsDead = true;
        foreach (var host in _hosts.Values.ToList())
            Die(host, isCharged: true);
    }

    // Its children end with it.
    private void End(SimulatedLibrary library, int status)
    {
        library.IsDead = true;
        var children = _hosts.Values.Where(host => host.Library == library).ToList();
        // Of several threads with calls none is to be charged with the end of all.
        var isCharged = !library.IsThreads || children.Sum(child => child.Unfinished) == 1;
        foreach (var child in children)
            Die(child, isCharged);
        world.Clock.After(Startup(1), () =>
        {
            worker.Happen(new LibraryGone(status, "", library.Id));
            // What its children had sent and was not read yet is lost with them.
            library.IsGone = true;
        });
    }

    // Fewer times in a row than calls would fail for, unless it is broken.
    private bool SetupFails(int library, LibrarySpec? spec)
    {
        if (LibraryDraw.IsBroken(spec))
            return true;
        var failed = _failedSetups.GetValueOrDefault(library);
        var fails = world.FaultsGoOn && failed < 2 && world.Options.LibraryDeaths is not null && chance.Happens(0.1);
        _failedSetups[library] = fails ? failed + 1 : 0;
        return fails;
    }

    private TimeSpan SetupTime(LibrarySpec? spec) => Startup(spec is null ? 200 : world.Options.SetupTime.TotalMilliseconds);

    private TimeSpan Startup(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds) * (0.5 + chance.Unit());

    private void Start(SimulatedHost host, TimeSpan startup)
    {
        _hosts.Add(host.Id, host);
        host.UpAt = host.LastTold = world.Clock.Now + startup;
        Tell(host, new HostUp(host.Id));
    }

    private void RunNext(SimulatedHost host)
    {
        if (!host.Calls.TryDequeue(out var call))
        {
            host.Running = null;
            SendHeld(host);
            return;
        }

        host.Running = call;
        var plan = CallPlan.Read(call.Task.Body.Span);
        if (call.Task.Functions.Except(host.Functions).Any())
            throw new PropertyBrokenException("hosts", $"{plan.Name} is called and its functions were not sent") { Nodes = [plan.Name] };
        world.Watch(watcher => watcher.OnCallStarted(worker, plan.Name));
        var outcome = world.FaultsGoOn && chance.Happens(world.Options.ChildDeaths) ? Outcome.KillsProcess : plan.Outcome;
        if (outcome != plan.Outcome)
            world.Totals.CountFault("child death");
        world.Clock.After(plan.Duration * worker.Slowness, () =>
        {
            if (!host.Dead)
                Finish(host, call, plan, outcome);
        });
    }

    private void Finish(SimulatedHost host, SendCall call, CallPlan plan, Outcome outcome)
    {
        switch (outcome)
        {
            case Outcome.EndsProcess: End(host, 1); return;
            case Outcome.KillsProcess: End(host, -11); return;
            case Outcome.KillsWorker: worker.Die(); return;
        }

        world.Watch(watcher => watcher.OnCallEnded(worker, plan.Name));
        var durationUs = (long)(plan.Duration * worker.Slowness).TotalMicroseconds;
        host.Held.Add(worker.Answer(host.Id, call, plan, durationUs));
        if (host.IsForOneCall || world.Clock.Now - host.LastSent >= s_holdAtMost)
            SendHeld(host);
        if (host.IsForOneCall)
            EndAfterCall(host);
        else
            RunNext(host);
    }

    private void EndAfterCall(SimulatedHost host)
    {
        if (host.Calls.Count > 0)
            throw new PropertyBrokenException("hosts", $"a process of {worker} for one call has several");
        host.Running = null;
        End(host, 0);
    }

    private void SendHeld(SimulatedHost host)
    {
        host.LastSent = world.Clock.Now;
        foreach (var answer in host.Held)
            Tell(host, answer);
        host.Held.Clear();
    }

    private void End(SimulatedHost host, int status)
    {
        if (host.Library is { IsThreads: true } process)
        {
            End(process, status);
            return;
        }

        Die(host, isCharged: true);
        Tell(host, new HostGone(host.Id, status, ""));
    }

    private void Die(SimulatedHost host, bool isCharged)
    {
        host.Dead = true;
        _hosts.Remove(host.Id);
        if (host.Running is not { } running)
            return;
        foreach (var call in isCharged ? host.Calls.Prepend(running) : [])
            world.Book.CountDeath(CallPlan.Read(call.Task.Body.Span).Name);
        world.Watch(watcher => watcher.OnCallEnded(worker, CallPlan.Read(running.Task.Body.Span).Name));
    }

    private void Tell(SimulatedHost host, WorkerEvent happened)
    {
        var arrival = world.Clock.Now + (TimeSpan.FromMicroseconds(20) * (1 + chance.Unit()));
        host.LastTold = arrival > host.LastTold ? arrival : host.LastTold;
        world.Clock.At(host.LastTold, () =>
        {
            if (host.Library is not { IsGone: true })
                worker.Happen(happened);
        });
    }
}
