using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Network;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>A worker's process around its core: turns of receive, decide, perform, flush.</summary>
internal sealed partial class SimulatedWorker
{
    private readonly World _world;
    private readonly Chance _chance;
    private readonly WorkerCore _core;
    private readonly SimulatedHosts _hosts;
    private readonly List<WorkerEvent> _events = [];
    private readonly List<WorkerEffect> _effects = [];
    private readonly SimulatedCache _cache;
    private readonly SimulatedTransfers _transfers;
    private readonly SimulatedCommands _commands;
    private TimeSpan? _turnAt;

    public SimulatedWorker(World world, string name, int number, WorkerPlan plan)
    {
        _world = world;
        _chance = world.Chance.Fork();
        Name = name;
        Plan = plan;
        _core = new WorkerCore(new WorkerCoreOptions { Cores = plan.Cores, Disk = plan.Disk, MostLibraries = world.Options.MostLibraries });
        _cache = new SimulatedCache(world, name);
        _transfers = new SimulatedTransfers(world, this, _cache, _chance.Fork());
        _commands = new SimulatedCommands(world, this, _cache);
        Node = new NetworkNode(name, world.Options.Bandwidth);
        Peer = PeerOf(number);
        if (Peer is { } peer)
            world.Servers.Add(peer.Address, new FileServer(Node, peer.Token, (file, _) => _cache.Open(file)));
        _hosts = new SimulatedHosts(world, this, _chance.Fork());
        Connection = new Connection(world, Hello.WorkerRole, name, TakeMessage);
        OpenLink();
        Beat();
    }

    public string Name { get; }

    public WorkerPlan Plan { get; }

    public int Cores => Plan.Cores;

    public double Slowness => Plan.Slowness;

    public Connection Connection { get; }

    public bool Gone { get; private set; }

    public NetworkNode Node { get; }

    public PeerEndpoint? Peer { get; }

    public SimulatedCache Cache => _cache;

    /// <summary>Transfers that have not ended, or whose file was not kept.</summary>
    public int TransferCount => _transfers.Count;

    public override string ToString() => Name;

    public void Happen(WorkerEvent happened)
    {
        if (Gone)
            return;
        _events.Add(happened);
        TurnAt(_world.Clock.Now + (TimeSpan.FromMicroseconds(20) * _chance.Unit()));
    }

    /// <summary>The process is killed: its state is lost, its connections close.</summary>
    public void Die()
    {
        if (Gone)
            return;
        EndAll();
        Connection.Down.LoseAll();
        if (_chance.Happens(0.5))
            Connection.Up.LoseAll();
        Connection.CloseDoor();
        _world.OnWorkerGone(this);
    }

    /// <summary>Ends on purpose.</summary>
    public void Leave()
    {
        if (Gone)
            return;
        _link?.SendUnsequenced(new Goodbye("its time is over"));
        EndAll();
        Connection.CloseDoor();
        _world.OnWorkerGone(this);
    }

    public bool KillLibrary() => _hosts.KillLibrary();

    /// <summary>What a call gives, by what its child finds.</summary>
    public WorkerEvent Answer(HostId host, SendCall call, CallPlan plan, long durationUs)
    {
        if (plan.Outcome == Outcome.Raises || (plan.Outcome == Outcome.RaisesAtFirst && _world.RaisesNow(plan.Name)))
            return new CallFailed(host, call.Call, durationUs, Failure.Of(FailureKind.Raised, "drawn"));
        var inputs = new List<ReadOnlyMemory<byte>>();
        foreach (var input in call.Task.Inputs)
        {
            if (input.Value is { } value)
                inputs.Add(value);
            else if (_cache.Open(input.File) is { } file)
                inputs.Add(file.Bytes);
            else
                return new CallFailed(host, call.Call, durationUs, Failure.Of(FailureKind.Unloadable, $"{input.File} is not in the cache"));
        }

        var result = Values.Of(plan.Size > 0 && _world.Sabotages(Sabotage.WrongValue) ? 0 : plan.Key, inputs, plan.Size);
        if (result.Length <= _world.Options.InlineLimit)
            return new CallReturned(host, call.Call, durationUs, result.Length, result);
        var output = _world.Stored(result);
        _cache.Write(call.Call, output);
        _world.Totals.BytesMade += output.Size;
        return new CallReturned(host, call.Call, durationUs, output.Size, null);
    }

    private PeerEndpoint? PeerOf(int number)
    {
        if (!Plan.HasPeer)
            return null;
        var host = _world.Options.WorkersPerHost > 1 ? $"host{number / _world.Options.WorkersPerHost}" : "";
        return new PeerEndpoint($"sim://{Name}", $"secret of {Name}", host, host.Length == 0 ? "" : $"/{Name}");
    }

    private void EndAll()
    {
        Gone = true;
        _hosts.EndAll();
        _commands.EndAll();
        if (Peer is { } peer)
            _world.Servers.Remove(peer.Address);
        _world.Network.End(Node);
        _cache.Discard();
    }

    private void TurnAt(TimeSpan time)
    {
        if (_turnAt <= time)
            return;
        _turnAt = time;
        _world.Clock.At(time, () =>
        {
            if (_turnAt == time && !Gone)
                Turn();
        });
    }

    private void Turn()
    {
        _turnAt = null;
        var wakeAt = _core.Handle(_events, _world.Clock.Now, _effects);
        _events.Clear();
        foreach (var effect in _effects)
            Perform(effect);
        _effects.Clear();
        _world.Watch(watcher => watcher.OnDecided(_core));
        _link?.Flush();
        if (wakeAt is { } wake)
            TurnAt(wake);
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case SendCall e: _hosts.Send(e.Host, e); break;
            case Report e: PostReport(e.Record); break;
            case SendFunction e: _hosts.Send(e.Host, e); break;
            case SendForget e: _hosts.Send(e.Host, e); break;
            case KeepOutput e: Keep(e); break;
            case DropOutput e: _cache.TakeOutput(e.Call); break;
            case DeleteFile e: Delete(e.File); break;
            case UploadFile e: Upload(e.File); break;
            case ForkChild e: _hosts.Fork(e); break;
            case StartChild e: _hosts.StartChild(e); break;
            case StartTaskProcess e: _hosts.StartTask(e.Slot); break;
            case KillHost e: _hosts.End(e.Host, -9); break;
            case EndHost e: _hosts.End(e.Host, 0); break;
            case StartLibrary e: _hosts.StartLibrary(e); break;
            case EndLibrary e: _hosts.EndLibrary(e.Library); break;
            case LoadFunction e: _hosts.Load(e); break;
            case ForgetLoaded e: _hosts.Forget(e); break;
            case SayHello e: SayHello(e); break;
            case CheckFiles e: Check(e); break;
            case StartCommand e: _commands.Start(e); break;
            case KillCommand e: _commands.Kill(e.Call); break;
            default: PerformTransfer(effect); break;
        }
    }

    private void PerformTransfer(WorkerEffect effect)
    {
        switch (effect)
        {
            case StartTransfer e: _transfers.Start(e); break;
            case KeepFile e: _transfers.Keep(e); break;
            case DropPart e: _cache.DropPart(e.File); break;
            case AbandonTransfer e: _transfers.Abandon(e.File); break;
            case NameFile e: _cache.Name(e.File, e.Name); break;
            case DeleteNamed e: _cache.DeleteNamed(e.Name); break;
            case DeleteAllFiles:
                _transfers.AbandonAll();
                _cache.Clear();
                break;
            case WriteLog: break;
            default: throw new PropertyBrokenException("effects", $"nothing performs {effect.GetType().Name}");
        }
    }

    private void Keep(KeepOutput keep)
    {
        if (_cache.TakeOutput(keep.Call) is not { } output)
            throw new PropertyBrokenException("effects", $"{Name} keeps the output of call {keep.Call}, which has written none");
        if (Breaks())
            Happen(new FileUnreadable(keep.File, "drawn: it could not be kept"));
        else
            _cache.Put(keep.File, output);
    }

    private void Check(CheckFiles check)
    {
        var lost = new List<LostInput>();
        foreach (var (file, _) in check.Files)
        {
            if (_cache.Open(file) is not null)
                continue;
            _cache.Remove(file);
            lost.Add(new LostInput(file, "it is not in the cache"));
        }

        Happen(new FilesChecked(check.Task, lost));
    }

    private bool Breaks()
    {
        if (!_world.FaultsGoOn || !_chance.Happens(_world.Options.UnreadableFiles))
            return false;
        _world.Totals.CountFault("unreadable file");
        return true;
    }

    private void Delete(FileId file)
    {
        if (!_world.Sabotages(Sabotage.KeptFile))
            _cache.Delete(file);
    }
}
