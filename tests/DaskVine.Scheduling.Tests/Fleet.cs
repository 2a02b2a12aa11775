using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>Workers that complete what they get, a hundred reports a step, around a scheduler without codec and checks between.</summary>
internal sealed class Fleet
{
    private const int ReportsAtOnce = 100;

    private readonly Scheduler _scheduler = new(new SchedulerOptions());
    private readonly List<SchedulerEffect> _effects = [];
    private readonly Queue<(WorkerId Worker, Assign Task)> _assigned = new();
    private readonly int[] _completed;
    private readonly HashSet<int> _lost = [];
    private readonly bool _peers;

    // Files on their way, each at a worker.
    private readonly Queue<(WorkerId Worker, Transfer Transfer)> _transfers = new();

    public Fleet(int workers, int cores, long resources = 0, bool peers = false)
    {
        _peers = peers;
        _completed = new int[workers];
        for (var i = 0; i < workers; i++)
            Handle(new WorkerJoined(new WorkerId(i), HelloOf(i, cores, resources)));
        Handle(new ClientJoined(default, "client", new Dictionary<string, string>()));
        FromClient(new FunctionCode(0, new byte[16], "f", new byte[16]));
        FromClient(new OpenGraph(0, TaskMode.FunctionCalls, "a graph"));
    }

    /// <summary>Results stay in the workers' caches.</summary>
    public bool Large { get; set; }

    public int Assigned { get; private set; }

    public int Results { get; private set; }

    public int Functions { get; private set; }

    /// <summary>Effects that are none of these, progress apart.</summary>
    public int Others { get; private set; }

    public static GraphNode Call(params int[] inputs) => new([0], new byte[8], inputs, "");

    public void Ask(int number, Dictionary<string, long> resources, params string[] locks) =>
        FromClient(new TaskOptions(0, number, 0, 0, [], false, resources, locks));

    /// <summary>These options have their tasks run by a library.</summary>
    public void Use(int number, LibrarySpec library)
    {
        FromClient(new FunctionCode(number, SchedulerEnvironment.Bytes(library.Name), library.Name, library.ToBytes()));
        FromClient(new TaskOptions(0, number, 0, 0, [], false, new Dictionary<string, long>(), [], Library: number));
    }

    public int CompletedBy(int worker) => _completed[worker];

    public void Submit(GraphNode[] nodes, int[] wanted)
    {
        for (var first = 0; first < nodes.Length; first += 1_000)
            FromClient(new SubmitNodes(0, first, nodes[first..Math.Min(first + 1_000, nodes.Length)]));
        FromClient(new SealGraph(0, nodes.Length, wanted));
    }

    /// <summary>Completes this many tasks, or all there are.</summary>
    public void Complete(int count)
    {
        var events = new List<SchedulerEvent>();
        while (count > 0 && _assigned.Count > 0)
        {
            for (events.Clear(); events.Count < ReportsAtOnce && count > 0 && _assigned.TryDequeue(out var next); count--)
            {
                if (_lost.Contains(next.Worker.Value))
                    continue;
                _completed[next.Worker.Value]++;
                events.Add(new WorkerSent(next.Worker, Report(next.Task)));
            }

            Handle([.. events]);
        }
    }

    /// <summary>Ends all transfers, those too that follow.</summary>
    public void CompleteTransfers()
    {
        while (_transfers.TryDequeue(out var next))
        {
            var (file, size, number) = (next.Transfer.File, next.Transfer.Size, next.Transfer.Number);
            Given[next.Transfer.Address] = Given.GetValueOrDefault(next.Transfer.Address) + 1;
            Handle(new WorkerSent(next.Worker, new Transferred(file, size, number, size, 1_000)));
        }
    }

    /// <summary>How often each worker has given a file to another, by address; the manager has none.</summary>
    public Dictionary<string, int> Given { get; } = [];

    public void Lose(int worker)
    {
        _lost.Add(worker);
        Handle(new WorkerLeft(new WorkerId(worker), false, "lost"));
    }

    public void FromClient(Record record) => Handle(new ClientSent(default, record));

    public void MustHoldNothing()
    {
        Assert.Equal((0, 0, 0), (_scheduler.GraphCount, _scheduler.TaskCount, _scheduler.FileCount));
        _scheduler.CheckInvariants();
    }

    private Completed Report(Assign task) => Large
        ? new Completed(task.Task, task.Attempt, 10, 1_000_000, null)
        : new Completed(task.Task, task.Attempt, 10, 8, new byte[8]);

    private void Handle(params SchedulerEvent[] events)
    {
        _scheduler.Handle(events, TimeSpan.Zero, _effects);
        foreach (var effect in _effects)
            Take(effect);
        _effects.Clear();
    }

    private void Take(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Assign assign } e:
                Assigned++;
                _assigned.Enqueue((e.Worker, assign));
                break;
            case ToWorker { Record: FunctionCode }: Functions++; break;
            case ToWorker { Record: Transfer transfer } e: _transfers.Enqueue((e.Worker, transfer)); break;
            case SendValue: Results++; break;
            case ToClient { Record: Progress }: break;
            default: Others++; break;
        }
    }

    private Hello HelloOf(int worker, int cores, long resources) =>
        new(ProtocolVersion.Current, Hello.WorkerRole, $"{worker}", $"w{worker}", 0, new Dictionary<string, string>(), cores, [], [],
            new Dictionary<string, long> { ["GPU"] = resources }, _peers ? new PeerEndpoint($"{worker}", "", "", "") : null);
}
