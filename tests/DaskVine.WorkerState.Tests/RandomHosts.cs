using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>
/// The host processes around a worker: libraries, their children and tasks' own. They come up, load functions, answer and end in whatever way
/// processes do, and hold what they are sent against what a process can take.
/// </summary>
internal sealed class RandomHosts(Random random, int cores)
{
    // Live processes that children are forked from, by library.
    private readonly Dictionary<int, Parent> _parents = [];

    // Live processes that run calls.
    private readonly Dictionary<HostId, Host> _hosts = [];

    // What happened and was not taken yet.
    private List<WorkerEvent> _happened = [];

    public bool AreAtRest => _happened.Count == 0 && _hosts.Values.All(host => host.Calls.Count == 0);

    public IEnumerable<SendCall> Calls => _hosts.Values.SelectMany(host => host.Calls);

    /// <summary>Cores of calls that run.</summary>
    public int Busy => _hosts.Values.Where(host => host.Calls.Count > 0).Sum(host => host.Spec?.CoresPerCall ?? 1);

    /// <summary>What happened since the last time, in order.</summary>
    public List<WorkerEvent> Take()
    {
        var happened = _happened;
        _happened = [];
        return happened;
    }

    public void AnswerAll()
    {
        foreach (var parent in _parents.Values.ToList())
            Answer(parent, calm: true);
        foreach (var host in _hosts.Values.ToList())
            Answer(host);
    }

    public void AnswerSome()
    {
        if (random.Next(3) == 0 && Some(_parents) is { } parent)
            Answer(parent, calm: false);
        else if (Some(_hosts) is { } host)
            Answer(host);
    }

    public void EndSomething()
    {
        if (random.Next(6) == 0 && Some(_parents) is { } parent)
            End(parent, random.Next(2) == 0 ? 1 : -9);
        else if (Some(_hosts) is { } host)
            End(host, random.Next(4) == 0 ? 1 : -11);
    }

    /// <summary>Numbers mean other functions from now on.</summary>
    public void NumbersBeginAnew()
    {
        foreach (var parent in _parents.Values)
            parent.Loaded.Clear();
    }

    public void Perform(WorkerEffect effect, IReadOnlyDictionary<string, UploadedModule> modules)
    {
        switch (effect)
        {
            case StartLibrary e: Start(e, modules); break;
            // Asked of one that has just ended, it comes to nothing, as in life; so below.
            case EndLibrary e when _parents.TryGetValue(e.Library, out var parent): parent.Doomed = true; break;
            case LoadFunction e when _parents.TryGetValue(e.Library, out var parent): Load(parent, e.Function.Number); break;
            case LoadModule e when _parents.TryGetValue(e.Library, out var parent): parent.Loaded.ExceptWith(parent.Failed); break;
            case ForgetLoaded e when _parents.TryGetValue(e.Library, out var parent): Forget(parent, e.Functions); break;
            case ForkChild e when _parents.TryGetValue(e.Library, out var parent): Fork(parent, e.Slot); break;
            case StartChild e: StartAlone(e); break;
            case StartTaskProcess e: _hosts.Add(HostId.Task(e.Slot), new Host(HostId.Task(e.Slot), null, [])); break;
            case SendModule e when _hosts.TryGetValue(e.Host, out var host): host.Modules[e.Module.Name] = e.Module; break;
            case SendFunction e when _hosts.TryGetValue(e.Host, out var host): host.Functions.Add(e.Function.Number); break;
            case SendForget e when _hosts.TryGetValue(e.Host, out var host): host.Functions.ExceptWith(e.Functions); break;
            case SendCall e when _hosts.TryGetValue(e.Host, out var host): Begin(host, e, modules); break;
            case KillHost e when _hosts.TryGetValue(e.Host, out var host): Doom(host); break;
            case EndHost e when _hosts.TryGetValue(e.Host, out var host): host.Doomed = true; break;
            default: break;
        }
    }

    private void Start(StartLibrary e, IReadOnlyDictionary<string, UploadedModule> modules)
    {
        Assert.Equal(modules.OrderBy(m => m.Key).Select(m => m.Value), (e.Modules ?? []).OrderBy(m => m.Name));
        Assert.Equal(e.Spec?.Inputs.Count ?? 0, e.Inputs?.Count ?? 0);
        _parents.Add(e.Library, new Parent(e.Library, e.Spec));
    }

    private void Load(Parent parent, int function)
    {
        Assert.True(parent.Up, "a library that is not up is sent a function");
        Assert.True(parent.Loaded.Add(function), $"library {parent.Id} loads function {function} twice");
        var isOk = random.Next(6) > 0;
        if (isOk)
            parent.Has.Add(function);
        else
        {
            parent.Has.Remove(function);
            parent.Failed.Add(function);
        }

        parent.Asked.Enqueue(isOk);
    }

    private static void Forget(Parent parent, IReadOnlyList<int> functions)
    {
        parent.Loaded.ExceptWith(functions);
        parent.Has.ExceptWith(functions);
    }

    private void Fork(Parent parent, int slot)
    {
        Assert.True(parent.Up, "a library that is not up is asked for a child");
        Add(HostId.Child(slot, parent.Id), parent.Spec, IsThreads(parent.Spec) ? parent.Has : [.. parent.Has]);
    }

    private void Doom(Host host)
    {
        if (IsThreads(host.Spec))
            _parents[host.Id.Library].Doomed = true;
        else
            host.Doomed = true;
    }

    private static bool IsThreads(LibrarySpec? spec) => spec is { Mode: ExecMode.Threads };

    private void StartAlone(StartChild e)
    {
        Assert.Equal(e.Spec.Inputs.Count, e.Inputs.Count);
        Add(e.Child, e.Spec, []);
    }

    private void Add(HostId id, LibrarySpec? spec, HashSet<int> functions)
    {
        _hosts.Add(id, new Host(id, spec, functions));
        var most = spec switch { { Mode: ExecMode.Direct } => 1, { Slots: > 0 } => spec.Slots, _ => cores };
        Assert.InRange(_hosts.Keys.Count(other => other.Role == HostRole.Child && other.Library == id.Library), 1, most);
    }

    private static void Begin(Host host, SendCall call, IReadOnlyDictionary<string, UploadedModule> modules)
    {
        Assert.Equal(host.Calls.Count == 0, call.Alone);
        Assert.Equal(modules.OrderBy(m => m.Key), host.Modules.OrderBy(m => m.Key));
        Assert.Empty(call.Task.Functions.Except(host.Functions));
        Assert.False(host.Spec is { Mode: ExecMode.ForkPerCall } && !call.Alone, "a process for one call has several");
        host.Calls.Enqueue(call);
    }

    private void Answer(Parent parent, bool calm)
    {
        if (parent.Doomed)
            End(parent, 0);
        else if (!parent.Up && !calm && random.Next(4) == 0)
            End(parent, 1);
        else if (!parent.Up)
        {
            parent.Up = true;
            _happened.Add(new LibraryUp(Library: parent.Id));
        }
        else if (parent.Asked.TryDequeue(out var isOk))
            _happened.Add(new FunctionLoaded(random.Next(4) == 0 ? 30_000 : 10, isOk, parent.Id));
    }

    private void Answer(Host host)
    {
        if (host.Doomed)
            End(host, host.IsDone ? 0 : -9);
        else if (!host.Up)
        {
            host.Up = true;
            _happened.Add(new HostUp(host.Id));
        }
        else if (host.Calls.TryDequeue(out var call))
        {
            host.IsDone = host.Doomed = host.Spec is { Mode: ExecMode.ForkPerCall };
            _happened.Add(call.Task.Inputs.Count > 0 && random.Next(4) == 0
                ? new CallFailed(call.Host, call.Call, 10, Failure.Of(FailureKind.Unloadable, "drawn"))
                : random.Next(3) == 0 ? CoreHarness.ReturnedFile(call) : CoreHarness.Returned(call, random.Next(3000)));
        }
    }

    // Its children end with it, and what they had to say is lost.
    private void End(Parent parent, int status)
    {
        _parents.Remove(parent.Id);
        foreach (var child in _hosts.Keys.Where(id => id.Role == HostRole.Child && id.Library == parent.Id).ToList())
            _hosts.Remove(child);
        _happened.RemoveAll(happened => HostOf(happened) is { Role: HostRole.Child } child && child.Library == parent.Id);
        _happened.Add(new LibraryGone(status, "", parent.Id));
    }

    private void End(Host host, int status)
    {
        // What ends one thread ends their process.
        if (IsThreads(host.Spec))
        {
            End(_parents[host.Id.Library], status);
            return;
        }

        _hosts.Remove(host.Id);
        _happened.Add(new HostGone(host.Id, status, ""));
    }

    private static HostId? HostOf(WorkerEvent happened) => happened switch
    {
        HostUp e => e.Host,
        HostGone e => e.Host,
        CallReturned e => e.Host,
        CallFailed e => e.Host,
        _ => null,
    };

    private TValue? Some<TKey, TValue>(Dictionary<TKey, TValue> all)
        where TKey : notnull
        where TValue : class => all.Count == 0 ? null : all.Values.ElementAt(random.Next(all.Count));

    private sealed class Parent(int id, LibrarySpec? spec)
    {
        public int Id { get; } = id;

        public LibrarySpec? Spec { get; } = spec;

        /// <summary>What it was sent, and would be sent in vain again.</summary>
        public HashSet<int> Loaded { get; } = [];

        /// <summary>Of <see cref="Loaded"/>, what it could not load, and may be able to with another module.</summary>
        public HashSet<int> Failed { get; } = [];

        /// <summary>What its children have when they are forked.</summary>
        public HashSet<int> Has { get; } = [];

        public Queue<bool> Asked { get; } = new();

        public bool Up { get; set; }

        public bool Doomed { get; set; }
    }

    private sealed class Host(HostId id, LibrarySpec? spec, HashSet<int> functions)
    {
        public HostId Id { get; } = id;

        public LibrarySpec? Spec { get; } = spec;

        public Queue<SendCall> Calls { get; } = new();

        public HashSet<int> Functions { get; } = functions;

        public Dictionary<string, UploadedModule> Modules { get; } = [];

        public bool Up { get; set; }

        public bool Doomed { get; set; }

        /// <summary>It has run the one call that it is for.</summary>
        public bool IsDone { get; set; }
    }
}
