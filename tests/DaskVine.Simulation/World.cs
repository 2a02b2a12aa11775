using DaskVine.Simulation.Checkers;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Manager;
using DaskVine.Simulation.Network;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation;

/// <summary>A manager, workers and clients on virtual wires and a virtual clock, and those who watch them.</summary>
internal sealed class World
{
    private static readonly TimeSpan s_replacement = TimeSpan.FromMilliseconds(500);

    private readonly List<Watcher> _watchers = [];
    // Tasks of RaisesAtFirst that have raised.
    private readonly HashSet<NodeName> _raised = [];
    private bool _settling;
    private bool _sabotaged;
    private int _lastWorker;

    public World(SimulationOptions options, TextWriter? print, Func<World, Watcher>? scenario = null)
    {
        Options = options;
        Chance = new Chance(options.Seed);
        Story = new Story(Clock, print);
        Book = new TaskBook(Story);
        Replicas = new ReplicaBook(Book);
        Network = new DataNetwork(Clock);
        SharedFiles = DeclaredContent.ServerOf("shared", this);
        WebFiles = DeclaredContent.ServerOf("web", this);
        var faultless = options.FaultsEnd == TimeSpan.Zero && options.Failures == 0 && options.Disk == 0;
        _watchers.AddRange([
            new RerunChecker(Book, Replicas, Totals, faultless, task => options.Disk > 0 || Clients[task.Client].Runs[task.Graph].Plan.IsSession),
            new ResultChecker(Totals),
            new FailureChecker(Book, options.Disk > 0),
            new SessionChecker(this, Book),
            new CoreChecker(this),
            new LibraryChecker(this),
            new ClaimChecker(this),
            new RetryChecker(this, Book),
            new LeftoverChecker(Book),
            new InvariantChecker(options.CheckEvery),
            new TransferChecker(),
            Replicas,
            Book]);
        Manager = new SimulatedManager(this);
        if (scenario is not null)
            _watchers.Add(scenario(this));
        Draw();
    }

    public SimulationOptions Options { get; }

    public Chance Chance { get; }

    public VirtualClock Clock { get; } = new();

    public Totals Totals { get; } = new();

    public Story Story { get; }

    public TaskBook Book { get; }

    /// <summary>Who has which file.</summary>
    public ReplicaBook Replicas { get; }

    /// <summary>For large files; records have wires of their own.</summary>
    public DataNetwork Network { get; }

    /// <summary>Transfer servers that are there, by address.</summary>
    public Dictionary<string, FileServer> Servers { get; } = [];

    public FileServer SharedFiles { get; }

    public FileServer WebFiles { get; }

    /// <summary>What all caches hold now.</summary>
    public long StoredBytes { get; set; }

    public SimulatedManager Manager { get; }

    /// <summary>Those that live.</summary>
    public List<SimulatedWorker> Workers { get; } = [];

    public List<SimulatedClient> Clients { get; } = [];

    public NodePlan PlanOf(NodeName task) => Clients[task.Client].Runs[task.Graph].Plan.Nodes[task.Node];

    public bool FaultsGoOn => Clock.Now < Options.FaultsEnd && !_settling;

    /// <summary>Runs until every graph has ended and everything is at rest.</summary>
    public void Run()
    {
        var limit = TimeLimit();
        while (!Clients.TrueForAll(client => client.HasEnded))
            Step(limit);
        _settling = true;
        var rest = Clock.Now + (20 * Options.Heartbeat) + TimeSpan.FromSeconds(20);
        while (Clock.Now < rest)
            Step(TimeSpan.MaxValue);
        Watch(watcher => watcher.OnEnd(this));
        Totals.Steps = Clock.Steps;
        Totals.VirtualTime = Clock.Now;
        foreach (var run in Clients.SelectMany(client => client.Runs))
            Count(run);
    }

    /// <summary>A value as a file.</summary>
    public StoredFile Stored(byte[] bytes) => new(bytes, (long)bytes.Length * Options.ByteScale);

    public void Watch(Action<Watcher> tell)
    {
        foreach (var watcher in _watchers)
            tell(watcher);
    }

    public void AddClient(GraphPlan[] plans)
    {
        Totals.Tasks += plans.Sum(plan => (long)plan.TaskCount);
        Clients.Add(new SimulatedClient(this, Clients.Count, plans));
    }

    public SimulatedWorker AddWorker(int cores, double slowness = 1) => AddWorker(new WorkerPlan(cores, slowness));

    public SimulatedWorker AddWorker(WorkerPlan plan)
    {
        var worker = new SimulatedWorker(this, $"w{++_lastWorker}", _lastWorker - 1, plan);
        Workers.Add(worker);
        return worker;
    }

    /// <summary>Somebody starts another one sooner or later, so that what waits can run.</summary>
    public void OnWorkerGone(SimulatedWorker worker)
    {
        Workers.Remove(worker);
        Clock.After(Chance.Exponential(s_replacement), () =>
        {
            if (Workers.Count == 0 || (FaultsGoOn && Chance.Happens(0.7)))
                AddDrawnWorker();
            AddAskedWorkers();
        });
    }

    /// <summary>Whether one process cannot reach another's transfer server, now and always.</summary>
    public bool IsClosed(string source, string destination)
    {
        if (Options.ClosedPairs == 0)
            return false;
        var drawn = Options.Seed;
        foreach (var letter in $"{source}>{destination}")
            drawn = Chance.Mix(drawn ^ letter);
        return new Chance(drawn).Happens(Options.ClosedPairs);
    }

    /// <summary>Whether a task that raises at its first call alone does so now.</summary>
    public bool RaisesNow(NodeName task) => _raised.Add(task);

    /// <summary>Whether to break something now: once in a run, at the first opportunity.</summary>
    public bool Sabotages(Sabotage kind)
    {
        if (Options.Sabotage != kind || _sabotaged)
            return false;
        return _sabotaged = true;
    }

    private void Draw()
    {
        for (var number = 0; number < Options.Clients; number++)
        {
            var draw = new GraphDraw(Options, Chance.Fork());
            var client = number;
            GraphPlan[] plans = [.. Enumerable.Range(0, Options.GraphsPerClient).Select(graph => draw.Draw(client, graph))];
            AddClient(plans);
        }

        for (var i = 0; i < Options.Workers; i++)
            Clock.At(Options.Arrival * Chance.Unit(), AddDrawnWorker);
        Clock.At(Options.Arrival * 2, AddAskedWorkers);
        new Faults(this).Begin();
    }

    private void AddDrawnWorker()
    {
        var plan = new WorkerPlan(Chance.Between(1, Options.CoresMax), Chance.Happens(Options.SlowWorkers) ? 50 : 1) { HasPeer = !Chance.Happens(Options.Peerless), Disk = Options.Disk };
        AddWorker(Options.AskingGraphs == 0 ? plan : OptionsDraw.Draw(plan, Chance));
    }

    // Of each kind that tasks may ask for there is one sooner or later, so that what waits can run.
    private void AddAskedWorkers()
    {
        if ((Options.Sessions > 0 || Options.Libraries > 0) && !Workers.Exists(worker => worker.Cores == Options.CoresMax))
            AddWorker(Options.CoresMax);
        if (Options.AskingGraphs == 0)
            return;
        foreach (var title in OptionsDraw.Titles.Where(title => !Workers.Exists(worker => OptionsDraw.IsFull(worker.Plan, title))))
            AddWorker(OptionsDraw.Full(Options.Sessions > 0 || Options.Libraries > 0 ? Options.CoresMax : Chance.Between(1, Options.CoresMax), title));
    }

    private void Step(TimeSpan limit)
    {
        if (Clock.Now <= limit && Clock.Step())
            return;
        var waiting = Clients.SelectMany(client => client.Runs).Where(run => !run.HasEnded).ToList();
        var first = waiting[0];
        var node = first.Plan.Wanted.FirstOrDefault(wanted => !first.Received.Contains(wanted));
        throw new PropertyBrokenException(
            "everything ends",
            $"{waiting.Count} graphs have not ended; c{first.Plan.Client}/g{first.Plan.Number} is {first.State}, "
            + $"has {first.Received.Count} of {first.Plan.Wanted.Length} results and waits for node {node}")
        { Nodes = [new NodeName(first.Plan.Client, first.Plan.Number, node)] };
    }

    // All tasks one after the other on a slow worker, several times, and a day for timeouts and restarts.
    private TimeSpan TimeLimit()
    {
        var nodes = Clients.SelectMany(client => client.Runs).SelectMany(run => run.Plan.Nodes);
        var serial = TimeSpan.FromTicks(nodes.Sum(node => node.Call.Duration.Ticks));
        var setups = Options.Libraries > 0 ? Options.SetupTime * 20 * nodes.Count() : TimeSpan.Zero;
        return Options.FaultsEnd + (serial * 500) + setups + TimeSpan.FromMinutes(30);
    }

    private void Count(GraphRun run)
    {
        switch (run.State)
        {
            case GraphRunState.Done: Totals.GraphsDone++; break;
            case GraphRunState.Failed: Totals.GraphsFailed++; break;
            default: Totals.GraphsCancelled++; break;
        }
    }
}
