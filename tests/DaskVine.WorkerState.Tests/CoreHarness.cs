using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>A worker core on a virtual clock. Effects pile up until they are drained; invariants are checked after each step.</summary>
internal sealed class CoreHarness
{
    public const int Function = 1;

    private readonly WorkerCore _core;
    private List<WorkerEffect> _effects = [];

    public CoreHarness(int cores, long disk = 0, long memory = 0) =>
        _core = new WorkerCore(new WorkerCoreOptions { Cores = cores, Disk = disk, Memory = memory });

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public TimeSpan? Wake { get; private set; }

    /// <summary>A worker that is linked, knows <see cref="Function"/> and has a child in every slot.</summary>
    public static CoreHarness Ready(int cores = 1, long disk = 0, long memory = 0)
    {
        var harness = new CoreHarness(cores, disk, memory);
        harness.Handle(new LinkOpened(null), new Welcomed("m1"), Code(Function));
        harness.Handle(new LibraryUp());
        // The library has loaded the function, and its children were there before.
        harness.Handle(new AssignReceived(Call(998))).Handle(new CancelReceived([new TaskId(998)]));
        harness.Handle([.. Enumerable.Range(0, cores).Select(slot => new HostUp(HostId.Child(slot)))]);
        harness.Drain();
        return harness;
    }

    /// <summary>As <see cref="Ready"/>, where calls of the function were measured to take a time.</summary>
    public static CoreHarness Measured(long durationUs, int cores = 1)
    {
        var harness = Ready(cores);
        harness.Handle(new AssignReceived(Call(999)));
        var call = harness.Drain().OfType<SendCall>().Single();
        harness.Handle(Returned(call, durationUs), new ReportsAcknowledged([new TaskAttempt(new TaskId(999), 1)]));
        harness.Drain();
        return harness;
    }

    /// <summary>Whether libraries answer at once that they have loaded what they were sent, and those effects are not told.</summary>
    public bool LoadsAtOnce { get; set; } = true;

    public CoreHarness Handle(params WorkerEvent[] events)
    {
        Wake = _core.Handle(events, Now, _effects);
        _core.CheckInvariants();
        if (!LoadsAtOnce)
            return this;
        WorkerEvent[] loaded = [.. _effects.OfType<LoadFunction>().Select(load => new FunctionLoaded(10, true, load.Library))];
        _effects.RemoveAll(effect => effect is LoadFunction or ForgetLoaded);
        return loaded.Length == 0 ? this : Handle(loaded);
    }

    public CoreHarness Pass(TimeSpan time)
    {
        Now += time;
        return Handle();
    }

    /// <summary>Everything that was drained.</summary>
    public List<WorkerEffect> Seen { get; } = [];

    /// <summary>What the core wanted since the last time.</summary>
    public List<WorkerEffect> Drain()
    {
        var effects = _effects;
        _effects = [];
        Seen.AddRange(effects);
        return effects;
    }

    /// <summary>Has the next drain begin with this.</summary>
    public void Put(WorkerEffect effect) => _effects.Insert(0, effect);

    /// <summary>Calls sent since the last time, where nothing else was wanted but functions.</summary>
    public List<SendCall> DrainCalls()
    {
        var effects = Drain();
        Assert.All(effects, e => Assert.True(e is SendCall or SendFunction, e.ToString()));
        return [.. effects.OfType<SendCall>()];
    }

    public void MustWantNothing() => Assert.Empty(Drain());

    public static FunctionReceived Code(int number) => new(new FunctionCode(number, new byte[16], $"f{number}", new byte[8]));

    public static Assign Call(long task, int attempt = 1, TaskMode mode = TaskMode.FunctionCalls, params long[] files) => new(
        new TaskId(task), attempt, mode, [Function], new byte[1], [.. files.Select(f => new TaskInput(null, new FileId(f), 10))], OutputOf(task));

    public static AssignReceived[] Calls(int count) => [.. Enumerable.Range(1, count).Select(i => new AssignReceived(Call(i)))];

    public static FileId OutputOf(long task) => new(1000 + task);

    public static CallReturned Returned(SendCall call, long durationUs = 10) => new(call.Host, call.Call, durationUs, 3, new byte[3]);

    public static CallReturned ReturnedFile(SendCall call, long size = 100_000) => new(call.Host, call.Call, 10, size, null);

    public static TaskAttempt Attempt(long task, int attempt = 1) => new(new TaskId(task), attempt);
}
