using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>A scheduler among a client and workers that do what the protocol allows, in any order, until the decisions are over.</summary>
internal sealed partial class RandomWorld
{
    private static readonly ClientId Client = new(1);

    private readonly Decisions _decisions;
    private readonly Scheduler _scheduler;
    private readonly List<SchedulerEvent> _pending = [];
    private readonly Dictionary<WorkerId, ModelWorker> _workers = [];
    private readonly List<ModelGraph> _graphs = [];
    private readonly ClaimChecker _claims;
    private readonly bool _isContended;

    // What is at the manager, whole.
    private readonly Dictionary<FileId, string> _staged = [];
    // Events and effects, for whoever has to understand a failure.
    private readonly List<object> _story = [];
    // Reports of which their workers hear behind what the scheduler makes of them.
    private readonly List<(ModelWorker Worker, object Message)> _acknowledged = [];
    private TimeSpan _now = TimeSpan.FromSeconds(1);
    private int _lastWorker;
    private int _crashes;

    public RandomWorld(int[] decisions)
    {
        _decisions = new Decisions(decisions);
        _claims = new ClaimChecker(OptionsOf);
        _isContended = _decisions.OneIn(3);
        _scheduler = new Scheduler(DrawOptions());
        SayHelloAsClient();
    }

    public void Run()
    {
        while (!_decisions.IsOver)
            Storm();
        BeginCalm();
        for (var step = 0; step < 600 && !IsAtRest; step++)
            Calm();
        Assert.True(IsAtRest, $"does not come to rest: {string.Join("; ", _workers.Values)}");
        Assert.Equal((0, 0, 0), (_scheduler.GraphCount, _scheduler.TaskCount, _scheduler.FileCount));
        Pass(1_000);
        Assert.Equal(0, _scheduler.DemandCount);
        Assert.Empty(_staged);
        Assert.All(_workers.Values, worker => Assert.Empty(worker.Files));
    }

    /// <summary>What happened, and what was wanted then.</summary>
    public string Story()
    {
        var text = new EffectText();
        foreach (var effect in _story.OfType<SchedulerEffect>())
            text.Learn(effect);
        return string.Join('\n', _story.Select(line => line is SchedulerEvent e ? text.Of(e) : $"    -> {text.Of((SchedulerEffect)line)}"));
    }

    private bool IsAtRest =>
        _graphs.TrueForAll(graph => graph.IsOver) && _workers.Values.All(worker => worker.IsIdle) && _pending.Count == 0;

    private void Storm()
    {
        var worker = _decisions.Of(_workers.Values);
        switch (_decisions.Below(34))
        {
            case 0 when _graphs.Count(graph => !graph.IsOver) < 6: _graphs.Add(new ModelGraph(_graphs.Count, _decisions, _isContended)); break;
            case 1 or 2 or 3: SubmitSome(); SubmitSome(); break;
            case 4 when _workers.Count < 4: Join(); break;
            case 5 when worker is not null && _decisions.OneIn(3): Lose(worker); break;
            case 6 when worker is not null: _pending.Add(worker.SayHello()); break;
            case 7 when _decisions.OneIn(2): CancelOne(); break;
            case 8 when worker is not null: worker.LoseFile(_decisions); break;
            case 9 when worker is not null && _decisions.OneIn(5): EndOne(worker, fails: true); break;
            case 10: Pass(_decisions.Below(40)); break;
            case 11 when _decisions.OneIn(20): SayHelloAsClient(); break;
            case < 15 when worker is not null: worker.Receive(); worker.Receive(); worker.Receive(); break;
            case < 18 when worker is not null: StartOne(worker); break;
            case < 20 when worker is not null: EndOne(worker, fails: false); break;
            case < 24 when worker is not null: Advance(worker, mayFail: true); break;
            case 24 when _decisions.OneIn(4): TuneSomething(); break;
            case 25 or 26: GoOnWithSessions(); break;
            default: Deliver(worker); break;
        }

        if (_decisions.Below(2) == 0)
            Handle();
    }

    // Whatever a task asks for is there at last.
    private void BeginCalm()
    {
        foreach (var name in ModelOptions.Names)
            Join(name, ModelOptions.ResourceMax, ModelOptions.CoresMax);
        _pending.Add(new ClientSent(Client, new Tune("wait-for-workers", 0)));
    }

    private void Calm()
    {
        foreach (var graph in _graphs.Where(graph => !graph.IsSealed && !graph.IsOver))
            _pending.Add(new ClientSent(Client, graph.NextRecord(ModelGraph.Calm)));
        foreach (var worker in _workers.Values)
        {
            while (worker.Inbox.Count > 0)
                worker.Receive();
            for (var left = 20; worker.IsGetting && left > 0; left--)
                Advance(worker, mayFail: false);
            for (var core = 0; core < worker.Cores; core++)
                StartOne(worker);
            for (var core = 0; core < worker.Cores; core++)
                EndOne(worker, fails: false);
            while (worker.Outbox.Count > 0)
                Deliver(worker);
            worker.AcknowledgeAll();
        }

        Pass(25);
    }

    private void SayHelloAsClient()
    {
        _graphs.ForEach(graph => graph.IsCancelled |= !graph.IsOver);
        _pending.Add(new ClientJoined(Client, "client", new Dictionary<string, string>()));
        for (var function = 0; function < 2; function++)
            _pending.Add(new ClientSent(Client, new FunctionCode(function, new byte[] { (byte)function }, $"f{function}", new byte[4])));
        foreach (var (library, number) in ModelOptions.Libraries.Zip(Enumerable.Range(ModelOptions.FirstLibrary, ModelOptions.Libraries.Length)))
            _pending.Add(new ClientSent(Client, new FunctionCode(number, new byte[] { (byte)number }, library.Name, library.ToBytes())));
        Handle();
    }

    private void SubmitSome()
    {
        if (_decisions.Of([.. _graphs.Where(graph => !graph.IsSealed && !graph.IsOver)]) is { } graph)
            _pending.Add(new ClientSent(Client, graph.NextRecord(_decisions.Below(6) + 1)));
    }

    private void GoOnWithSessions()
    {
        foreach (var session in _graphs.Where(graph => graph.IsAsked && !graph.IsOver))
            _pending.Add(new ClientSent(Client, session.NextRecord(_decisions.Below(6) + 1)));
    }

    // Handled at once: what was delivered before the cancel does count.
    private void CancelOne()
    {
        Handle();
        if (_decisions.Of([.. _graphs.Where(graph => !graph.IsOver)]) is not { } graph)
            return;
        graph.IsCancelled = true;
        _pending.Add(new ClientSent(Client, new CancelGraph(graph.Number)));
        Handle();
    }

    private void Join() => Join(ModelOptions.Names[_decisions.Below(ModelOptions.Names.Length - 1)], _decisions.Below(4) * 1_000, _decisions.Below(ModelOptions.CoresMax) + 1);

    private void Join(string name, long resources, int cores)
    {
        var worker = new ModelWorker(new WorkerId(++_lastWorker), cores, name, resources)
        {
            IsPeer = _decisions.Below(4) > 0,
            Host = _decisions.OneIn(3) ? $"host {_decisions.Below(2)}" : "",
            Disk = _decisions.OneIn(4) ? (_decisions.Below(4) + 2) * ModelWorker.LargeSize : 0,
        };
        _workers.Add(worker.Id, worker);
        _pending.Add(worker.SayHello());
    }

    private void Lose(ModelWorker worker)
    {
        var crashed = _decisions.OneIn(2);
        _crashes += crashed ? 1 : 0;
        _workers.Remove(worker.Id);
        _pending.Add(new WorkerLeft(worker.Id, crashed, "lost"));
        if (!_decisions.OneIn(3))
            return;
        // Its process was alive after all.
        worker.IsGivenUp();
        worker.Id = new WorkerId(++_lastWorker);
        _workers.Add(worker.Id, worker);
        _pending.Add(worker.SayHello());
    }

    private void StartOne(ModelWorker worker)
    {
        worker.Start();
        _claims.MustRunRightly(_workers.Values);
    }

    private void EndOne(ModelWorker worker, bool fails)
    {
        if (worker.End(large: _decisions.OneIn(2), fails, durationUs: _decisions.OneIn(4) ? 30_000 : 100) is not { } ended)
            return;
        var at = ended.Node.Split('.').Select(int.Parse).ToArray();
        _graphs[at[0]].MustHaveRead(at[1], ended.Inputs);
        _graphs[at[0]].MayFail |= fails;
        if (fails)
            _graphs[at[0]].Raise(at[1]);
    }

    private void Deliver(ModelWorker? worker)
    {
        if (worker is null || !worker.Outbox.TryDequeue(out var message))
            return;
        if (message is (FileId file, string content))
        {
            _pending.Add(new FileStaged(file));
            _staged[file] = content;
            return;
        }

        _pending.Add(new WorkerSent(worker.Id, (Protocol.Records.Record)message));
        // Without the acknowledgement the next hello brings the report again.
        if (message is Completed or Failed && _decisions.Below(4) != 3)
            _acknowledged.Add((worker, message));
    }

    private void Pass(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        _pending.Add(new Woken());
        Handle();
    }

    private void Handle()
    {
        var effects = new List<SchedulerEffect>();
        _story.AddRange(_pending);
        _scheduler.Handle([.. _pending], _now, effects);
        _pending.Clear();
        _story.AddRange(effects);
        _scheduler.CheckInvariants();
        effects.ForEach(Perform);
        foreach (var (worker, message) in _acknowledged)
            worker.Inbox.Enqueue(message);
        _acknowledged.Clear();
    }

    private void Perform(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker e: Inbox(e.Worker)?.Enqueue(e.Record); break;
            case PutFile e: Inbox(e.Worker)?.Enqueue((e.File, ContentOf(e.File, e.Value))); break;
            case SendFile e: _graphs[e.Graph].Deliver(e.Node, ContentOf(e.File, e.Value)); break;
            case SendValue e: _graphs[e.Graph].Deliver(e.Node, Encoding.UTF8.GetString(e.Value.Span)); break;
            case DropStaged e: _staged.Remove(e.File); break;
            case ToClient { Record: Result e }: _graphs[e.Graph].Deliver(e.Node, Encoding.UTF8.GetString(e.Value.Span)); break;
            case ToClient { Record: GraphFailed e }:
                Assert.True(_graphs[e.Graph].MayFail || _crashes >= 3, e.ToString());
                _graphs[e.Graph].Fail(e);
                break;
            case ToClient { Record: TaskEvents e }: _graphs[e.Graph].Hear(e); break;
            case ToClient { Record: TaskOutput e }: _graphs[e.Graph].Hear(e); break;
            default: break;
        }
    }

    private TaskOptions? OptionsOf(string node) =>
        node.Split('.') is [var graph, var number] ? _graphs[int.Parse(graph)].OptionsOf(int.Parse(number)) : null;

    private Queue<object>? Inbox(WorkerId worker) => _workers.GetValueOrDefault(worker)?.Inbox;

    private string ContentOf(FileId file, ReadOnlyMemory<byte>? value) =>
        value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : _staged[file];
}
