using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// A scheduler on a virtual clock. Each step feeds events, checks every invariant and records the effects, which a story must name all
/// (<see cref="Expect"/>) or drain; what is left at the end fails it. Every record passes through the codec on its way in and out.
/// Progress is kept apart, since most steps give some.
/// </summary>
internal sealed class SchedulerEnvironment
{
    private readonly Scheduler _scheduler;
    private readonly EffectText _text = new();
    private readonly List<SchedulerEffect> _effects = [];
    private readonly HashSet<WorkerId> _connected = [];
    private readonly Dictionary<WorkerId, TestWorker> _workers = [];
    private List<SchedulerEvent>? _batch;

    public SchedulerEnvironment(SchedulerOptions? options = null)
    {
        Options = options ?? new SchedulerOptions();
        _scheduler = new Scheduler(Options);
        Client = new TestClient(this, new ClientId(1));
    }

    public SchedulerOptions Options { get; }

    /// <summary>The client that most stories need; it has joined.</summary>
    public TestClient Client { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(10);

    /// <summary>What the last step asked for.</summary>
    public TimeSpan? Wake { get; private set; }

    /// <summary>How long after now the scheduler wants to be called.</summary>
    public double? WakeInMs => (Wake - Now)?.TotalMilliseconds;

    /// <summary>Every progress record since the beginning.</summary>
    public List<Progress> Progress { get; } = [];

    public (int Graphs, int Tasks, int Files) Counts => (_scheduler.GraphCount, _scheduler.TaskCount, _scheduler.FileCount);

    public int WorkerCount => _scheduler.WorkerCount;

    public int DemandCount => _scheduler.DemandCount;

    public TestClient AnotherClient(Dictionary<string, string>? versions = null) => new(this, new ClientId(2), versions);

    /// <summary>A worker that joins. With <paramref name="peer"/> others can get its files, and link them where <paramref name="host"/> is the same.</summary>
    public TestWorker Worker(
        int cores = 1, string? name = null, Dictionary<string, long>? resources = null, Dictionary<string, string>? versions = null,
        bool peer = false, string host = "", long disk = 0)
    {
        var id = new WorkerId(++_text.WorkersNamed);
        var endpoint = peer ? new PeerEndpoint($"w{id.Value}", $"token of w{id.Value}", host, $"/files/w{id.Value}") : null;
        var worker = new TestWorker(this, id, cores, name, resources) { Versions = versions ?? [], Peer = endpoint, Disk = disk };
        _workers.Add(id, worker);
        worker.Joins();
        return worker;
    }

    public TestGraph Graph(int number = 1, TaskMode mode = TaskMode.FunctionCalls) => Client.Graph(number, mode);

    /// <summary>Collects the events of an action and feeds them in one step.</summary>
    public void AtOnce(Action action)
    {
        if (_batch is not null)
        {
            action();
            return;
        }

        _batch = [];
        action();
        SchedulerEvent[] events = [.. _batch];
        _batch = null;
        Handle(events);
    }

    public void Pass(double milliseconds)
    {
        Now += TimeSpan.FromMilliseconds(milliseconds);
        Handle(new Woken());
    }

    public void Handle(params SchedulerEvent[] events)
    {
        if (_batch is not null)
        {
            _batch.AddRange(events);
            return;
        }

        var effects = new List<SchedulerEffect>();
        Wake = _scheduler.Handle([.. events.Select(Decoded)], Now, effects);
        _scheduler.CheckInvariants();
        Assert.True(Wake is null || Wake > Now, "a wake-up is in the future");
        foreach (var joined in events.OfType<WorkerJoined>())
            _connected.Add(joined.Worker);
        foreach (var left in events.OfType<WorkerLeft>())
            _connected.Remove(left.Worker);
        effects.ForEach(Note);
    }

    /// <summary>Asserts what was wanted since the last time, all of it, in order.</summary>
    public void Expect(params string[] effects) => Assert.Equal(effects, Drain());

    /// <summary>Asserts what was wanted since the last time, apart from the order.</summary>
    public void ExpectInAnyOrder(params string[] effects) => Assert.Equal(effects.Order(), Drain().Order());

    public void MustWantNothing() => Expect();

    /// <summary>All graphs have ended and left nothing.</summary>
    public void MustHoldNothing() => Assert.Equal((0, 0, 0), Counts);

    public string[] Drain()
    {
        var drained = _effects.Select(_text.Of).ToArray();
        _effects.Clear();
        return drained;
    }

    /// <summary>Takes the only effect that is left, which is a record for a client.</summary>
    public T TakeFromClient<T>()
        where T : Record
    {
        var record = Assert.IsType<T>(Assert.IsType<ToClient>(Assert.Single(_effects)).Record);
        _effects.Clear();
        return record;
    }

    public Assign LastAssignment(string key) => _text.Assignments[key];

    public FileId FileOf(string key) => _text.FileOf(key);

    public void NameInputs(string key, string[] inputs) => _text.Inputs[key] = inputs;

    public void NameOutputs(string key, string[] outputs) => _text.Outputs[key] = outputs;

    /// <summary>A declared file is known by where it comes from.</summary>
    public void NameSource(string key, string source) => _text.Sources[source] = key;

    private void Note(SchedulerEffect effect)
    {
        var decoded = effect switch
        {
            ToWorker e => e with { Record = Recoded(e.Record) },
            ToClient e => e with { Record = Recoded(e.Record) },
            _ => effect,
        };
        if (decoded is ToClient { Record: Progress progress })
        {
            Progress.Add(progress);
            return;
        }

        if (decoded is ToWorker to)
        {
            Assert.Contains(to.Worker, _connected);
            _workers.GetValueOrDefault(to.Worker)?.Hears(to.Record);
        }

        _text.Learn(decoded);
        _effects.Add(decoded);
    }

    private static SchedulerEvent Decoded(SchedulerEvent happened) => happened switch
    {
        ClientSent e => e with { Record = Recoded(e.Record) },
        WorkerSent e => e with { Record = Recoded(e.Record) },
        WorkerJoined e => e with { Hello = (Hello)Recoded(e.Hello) },
        _ => happened,
    };

    private static Record Recoded(Record record)
    {
        var message = OutgoingMessage.Of(record);
        return Assert.Single(IncomingMessage.Read(message.HeaderFrame(default), message.Frames).Records);
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
