using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>What is around a worker: a manager that expects reports, and hosts that do what hosts do.</summary>
internal sealed class RandomWorld(Random random)
{
    private const int Cores = 3;

    // Some worlds have limits that are met, and some have none.
    private readonly CoreHarness _core = new(Cores, random.Next(2) * 300_000, random.Next(2) * 150_000) { LoadsAtOnce = false };
    private readonly RandomFiles _files = new(random);
    private readonly RandomCode _code = new(random);
    private readonly RandomHosts _hosts = new(random, Cores);
    private readonly RandomOutputs _outputs = new(random);

    // Assigned and neither reported, given back nor cancelled.
    private readonly Dictionary<TaskId, int> _expected = [];

    // Commands that run, and whether they were killed.
    private readonly Dictionary<long, (StartCommand Start, bool Killed)> _commands = [];

    // What was uploaded, by name.
    private readonly Dictionary<string, UploadedModule> _modules = [];

    // What a Retract on the present link asked about and was not answered, in order.
    private readonly Queue<TaskId[]> _questions = new();

    private readonly List<WorkerEvent> _next = [new LinkOpened(null)];
    private int _manager = 1;
    private string _served = "m1";
    private bool _linked;
    private long _lastTask;

    public bool IsAtRest => _expected.Count == 0 && _questions.Count == 0 && _files.AreAtRest && _linked && _hosts.AreAtRest && _commands.Count == 0
        && _next.Count == 0;

    public override string ToString() => $"waits for {string.Join(", ", _expected.Keys)}, {_questions.Count} answers and {_hosts.Calls.Count()} calls; {_files}";

    public void Step(bool calm)
    {
        if (calm)
            AnswerAll();
        else
            Storm();
        _next.AddRange(_hosts.Take());
        WorkerEvent[] events = [.. _next];
        _next.Clear();
        _core.Pass(TimeSpan.FromMilliseconds(random.Next(calm ? 5000 : 40)));
        Perform();
        foreach (var happened in events)
            _files.Happen(happened);
        _core.Handle(events);
        foreach (var happened in events)
            Follow(happened);
        Perform();
    }

    /// <summary>To be called at rest.</summary>
    public void CheckInventory()
    {
        _core.Handle(new LinkLost());
        Perform();
        _core.Handle(new LinkOpened(null));
        _files.CheckInventory(Assert.Single(_core.Drain().OfType<SayHello>()));
    }

    private void Storm()
    {
        switch (random.Next(20))
        {
            case < 4 when _linked: Assign(); break;
            case 4 when _linked: Ask(random.Next(2) == 0 ? [Some()] : []); break;
            case 5 when _linked: Cancel(Some()); break;
            case 6 when _linked: _next.Add(RandomFiles.Arrive(_files.Some())); break;
            case 7 when _linked: _next.Add(_files.Release()); break;
            case 8: Relink(mayBeAnother: true); break;
            case 9: _hosts.EndSomething(); break;
            case 10 when _linked: Upload(); break;
            case 11 when _linked: _next.AddRange(_code.Forget()); break;
            case 16 or 17 when _linked: _next.Add(_files.Ask()); break;
            case 18: _next.AddRange(_files.EndSome()); break;
            case 19: _next.AddRange(_files.LoseSomeName()); break;
            case 12: _next.AddRange(_outputs.Grow()); break;
            case 13 when _linked: _next.Add(new MakeFileReceived(Commands.Make(random.Next(4, 7), files: random.Next(5)))); break;
            case 14 or 15: EndCommand(_commands.Keys.ElementAtOrDefault(random.Next(Cores))); break;
            default: _hosts.AnswerSome(); break;
        }
    }

    private void AnswerAll()
    {
        if (!_linked)
            Relink(mayBeAnother: false);
        _next.AddRange(_files.ArriveAll());
        _hosts.AnswerAll();
        foreach (var call in _commands.Keys.ToList())
            EndCommand(call);
    }

    private void Assign()
    {
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var again = random.Next(10) == 0 && _expected.Count > 0;
            var task = again ? _expected.Keys.First() : new TaskId(++_lastTask);
            var attempt = again ? _expected[task] + 1 : 1;
            _expected[task] = attempt;
            long[] files = random.Next(4) == 0 ? [random.Next(5), random.Next(5)] : [];
            _next.AddRange(random.Next(10) switch
            {
                0 => [new AssignReceived(CoreHarness.Call(task.Value, attempt, TaskMode.Tasks, files))],
                1 => [new AssignReceived(Commands.Watched(task.Value, attempt, random.Next(3), files).WithCores(random.Next(Cores + 1)))],
                _ => _code.Assign(task.Value, attempt, files),
            });
        }
    }

    private void EndCommand(long call)
    {
        if (!_commands.Remove(call, out var command))
            return;
        _outputs.End(call);
        var (start, killed) = command;
        long?[] sizes = [.. start.Task.Outputs.Select(_ => random.Next(3) == 0 ? (long?)null : 10)];
        var input = start.Task.Inputs.Count > 0 && random.Next(5) == 0 ? start.Task.Inputs[0].File.Value : -1;
        // What comes in the same moment is not what it has missed.
        if (_next.Exists(happened => happened is FileArrived arrived && arrived.File.Value == input))
            input = -1;
        if (!killed && input >= 0)
            _files.Damage(new FileId(input));
        _next.Add(killed ? Commands.Killed(start) : input >= 0 ? Commands.Without(start, input) : Commands.Ended(start, sizes));
    }

    private void Upload()
    {
        var (name, content) = ($"m{random.Next(3)}.py", $"{random.Next(3)}");
        _next.Add(new ModuleReceived(new UploadedModule(name, content, $"/{content}/{name}")));
    }

    private TaskId Some() => new(random.NextInt64(_lastTask + 2));

    private void Ask(TaskId[] tasks)
    {
        _questions.Enqueue(tasks);
        _next.Add(new RetractReceived(tasks));
    }

    private void Cancel(TaskId task)
    {
        _expected.Remove(task);
        _next.Add(new CancelReceived([task]));
    }

    private void Relink(bool mayBeAnother)
    {
        _questions.Clear();
        _files.LinkEnds();
        _next.Add(_linked ? new LinkLost() : new LinkOpened(null));
        if (!_linked)
        {
            if (mayBeAnother && random.Next(4) == 0)
                BeginAnew();
            _next.AddRange([new Welcomed($"m{_manager}"), CoreHarness.Code(CoreHarness.Function), .. _code.All()]);
        }

        _linked = !_linked;
    }

    // What was assigned is nobody's any more, nor is what is known of functions.
    private void BeginAnew()
    {
        _manager++;
        _expected.Clear();
        _code.Clear();
    }

    private void Follow(WorkerEvent happened)
    {
        if (happened is ModuleReceived received)
            _modules[received.Module.Name] = received.Module;
        else if (happened is Welcomed { Manager: var manager } && manager != _served)
        {
            _served = manager;
            _modules.Clear();
            _hosts.NumbersBeginAnew();
        }
    }

    private void Perform()
    {
        foreach (var effect in _core.Drain())
        {
            _next.AddRange(_files.Perform(effect));
            _next.AddRange(_outputs.Perform(effect));
            _hosts.Perform(effect, _modules);
            switch (effect)
            {
                case StartCommand e: Begin(e); break;
                case KillCommand e when _commands.TryGetValue(e.Call, out var command): _commands[e.Call] = command with { Killed = true }; break;
                case Report e: Take(e.Record); break;
                case SayHello e: Settle(e.Tasks); break;
                default: break;
            }
        }
    }

    private void Begin(StartCommand start)
    {
        _commands.Add(start.Call, (start, false));
        // What makes a file for others has no slot.
        var inSlots = _commands.Values.Where(command => command.Start.Task.Task.Value > 0).Sum(command => Math.Max(1, command.Start.Spec.Cores ?? 1));
        Assert.InRange(inSlots + _hosts.Busy, 0, Cores);
    }

    private void Take(Protocol.Records.Record report)
    {
        switch (report)
        {
            case Completed e: Settle(e.Task, e.Attempt); break;
            case Failed e: Settle(e.Task, e.Attempt); break;
            case Retracted e: TakeAnswer(e); break;
            default: break;
        }
    }

    private void TakeAnswer(Retracted answer)
    {
        // None is open for what it answered before it heard that the link is gone; the inventory tells the manager the same.
        var isAsked = _questions.TryDequeue(out var question);
        if (isAsked)
            Assert.All(answer.Tasks, given => Assert.Contains(given.Task, question!));
        if (isAsked && question!.Length == 0)
            Assert.All(_hosts.Calls, call => Assert.Equal(_expected[call.Task.Task], call.Task.Attempt));
        foreach (var (task, attempt) in answer.Tasks)
            Settle(task, attempt);
    }

    // What was given back, and the link broke before that was said, is not in the inventory.
    private void Settle(IReadOnlyList<TaskAttempt> inventory)
    {
        foreach (var (task, attempt) in _expected.ToList())
        {
            if (!inventory.Contains(new TaskAttempt(task, attempt)))
                _expected.Remove(task);
        }
    }

    private void Settle(TaskId task, int attempt)
    {
        if (_expected.TryGetValue(task, out var current) && current == attempt)
            _expected.Remove(task);
        _next.Add(new ReportsAcknowledged([new TaskAttempt(task, attempt)]));
    }
}
