using DaskVine.Protocol.Host;
using DaskVine.Simulation.Graphs;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>The processes of one worker: its library, the children, tasks' own. They take time, answer, die.</summary>
internal sealed class SimulatedHosts(World world, SimulatedWorker worker, Chance chance)
{
    private static readonly TimeSpan s_holdAtMost = TimeSpan.FromMilliseconds(1);

    // Live hosts.
    private readonly Dictionary<HostId, SimulatedHost> _hosts = [];
    private int _library;
    private bool _libraryAlive;
    private bool _libraryUp;
    private int _startsFailed;

    // Functions that the library was sent; its children have them from their fork on.
    private readonly HashSet<int> _loaded = [];

    // When it has done all that it was asked to.
    private TimeSpan _loadedAt;

    public void StartLibrary()
    {
        var library = ++_library;
        _libraryAlive = true;
        _libraryUp = false;
        _loaded.Clear();
        _loadedAt = world.Clock.Now;
        var fails = world.FaultsGoOn && _startsFailed < 2 && world.Options.LibraryDeaths is not null && chance.Happens(0.1);
        _startsFailed = fails ? _startsFailed + 1 : 0;
        world.Clock.After(Startup(200), () =>
        {
            if (library != _library || !_libraryAlive)
                return;
            _libraryUp = !fails;
            if (fails)
                EndLibrary(1);
            else
                worker.Happen(new LibraryUp());
        });
    }

    /// <summary>Not while it comes up: a few such deaths in a row are a reason to fail calls.</summary>
    /// <returns>Whether there was one to kill.</returns>
    public bool KillLibrary()
    {
        if (!_libraryAlive || !_libraryUp)
            return false;
        EndLibrary(-9);
        return true;
    }

    public void Fork(int slot)
    {
        if (!_libraryAlive)
            return;
        var child = new SimulatedHost(HostId.Child(slot), _library);
        child.Functions.UnionWith(_loaded);
        // It has to load what it was sent before.
        var wait = _loadedAt > world.Clock.Now ? _loadedAt - world.Clock.Now : TimeSpan.Zero;
        Start(child, wait + Startup(3));
    }

    /// <summary>One in ten is long to load, so that children are to have it from their library.</summary>
    public void Load(LoadFunction load)
    {
        if (!_libraryAlive)
            return;
        var library = _library;
        var took = Startup(chance.Happens(0.1) ? 200 : 0.2);
        _loaded.Add(load.Function.Number);
        _loadedAt = (_loadedAt > world.Clock.Now ? _loadedAt : world.Clock.Now) + took;
        world.Clock.At(_loadedAt, () =>
        {
            if (library == _library && _libraryAlive)
                worker.Happen(new FunctionLoaded((long)took.TotalMicroseconds, chance.Happens(0.9)));
        });
    }

    public void Forget(ForgetLoaded forget) => _loaded.ExceptWith(forget.Functions);

    public void StartTask(int slot) => Start(new SimulatedHost(HostId.Task(slot), 0), Startup(50));

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
        _libraryAlive = false;
        foreach (var host in _hosts.Values.ToList())
            Die(host);
    }

    // Its children end with it.
    private void EndLibrary(int status)
    {
        _libraryAlive = false;
        var library = _library;
        foreach (var child in _hosts.Values.Where(host => host.IsChild).ToList())
            Die(child);
        world.Clock.After(Startup(1), () =>
        {
            if (library == _library)
                worker.Happen(new LibraryGone(status, ""));
            // What its children had sent and was not read yet is lost with them.
            _library++;
        });
    }

    private TimeSpan Startup(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds) * (0.5 + chance.Unit());

    private void Start(SimulatedHost host, TimeSpan startup)
    {
        _hosts.Add(host.Id, host);
        host.LastTold = world.Clock.Now + startup;
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
        if (world.Clock.Now - host.LastSent >= s_holdAtMost)
            SendHeld(host);
        RunNext(host);
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
        Die(host);
        Tell(host, new HostGone(host.Id, status, ""));
    }

    private void Die(SimulatedHost host)
    {
        host.Dead = true;
        _hosts.Remove(host.Id);
        if (host.Running is not { } running)
            return;
        foreach (var call in host.Calls.Prepend(running))
            world.Book.CountDeath(CallPlan.Read(call.Task.Body.Span).Name);
        world.Watch(watcher => watcher.OnCallEnded(worker, CallPlan.Read(running.Task.Body.Span).Name));
    }

    private void Tell(SimulatedHost host, WorkerEvent happened)
    {
        var arrival = world.Clock.Now + (TimeSpan.FromMicroseconds(20) * (1 + chance.Unit()));
        host.LastTold = arrival > host.LastTold ? arrival : host.LastTold;
        world.Clock.At(host.LastTold, () =>
        {
            if (!host.IsChild || host.Library == _library)
                worker.Happen(happened);
        });
    }
}
