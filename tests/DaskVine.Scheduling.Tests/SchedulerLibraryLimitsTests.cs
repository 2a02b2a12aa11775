using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Calls of libraries of which a worker runs few at a time, among tasks of other kinds.</summary>
public sealed class SchedulerLibraryLimitsTests : IDisposable
{
    private const long LongUs = 1_000_000;

    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Calls_OfLongDuration_AreSentAsManyAsThereAreSlots()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker, slots: 2);
        _env.Graph(2).Options(1, library: "l", slots: 2).Calls("a", "b", "c", "d").Wanted("a", "b", "c", "d");
        _env.Expect("w1 run a() by 0", "w1 run b() by 0");
        worker.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run c() by 0");
    }

    [Fact]
    public void Calls_ThatWait_LeaveTheOtherCoresToOtherTasks()
    {
        var worker = _env.Worker(cores: 3);
        MeasuresCallsAndTasks(worker);
        _env.Graph(2).Options(1, library: "l", slots: 1).Calls("a", "b", "c").With(0).Tasks("x", "y", "z").Wanted("a", "b", "c", "x", "y", "z");
        _env.Expect("w1 run a() by 0", "w1 run x()", "w1 run y()");
        worker.CompletesAfter(LongUs, "x");
        _env.ExpectInAnyOrder("c1 result 2.3 x", "w1 run z()");
        worker.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run b() by 0");
    }

    [Fact]
    public void Backlog_OfShortCalls_IsSizedByTheSlots()
    {
        var worker = _env.Worker(cores: 8);
        MeasuresCallsAndTasks(worker, durationUs: _env.Options.BacklogUs / 4, slots: 2);
        var keys = Keys("a", 30);
        _env.Graph(2).Options(1, library: "l", slots: 2).Calls(keys).Wanted(keys);
        _env.Expect([.. keys.Take(8).Select(key => $"w1 run {key}() by 0")]);
    }

    [Fact]
    public void Backlog_OfCalls_CountsForOthersNoMoreThanItsSlots()
    {
        // Their length is not known yet, so that many are sent.
        _env.Worker(cores: 2);
        var (calls, tasks) = (Keys("a", 30), Keys("x", 30));
        _env.Graph().Options(1, library: "l", slots: 1).Calls(calls).Wanted(calls);
        Assert.Equal(20, Assigned(_env.Drain()));
        _env.Graph(2).Tasks(tasks).Wanted(tasks);
        Assert.Equal(20, Assigned(_env.Drain()));
    }

    [Fact]
    public void Calls_OfAnExecModeWithOneProcess_RunOneAtATime()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker, exec: ExecMode.Direct, slots: 0);
        _env.Graph(2).Options(1, library: "l").Calls("a", "b").With(0).Task("x").Wanted("a", "b", "x");
        _env.Expect("w1 run a() by 0", "w1 run x()");
        worker.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run b() by 0");
    }

    [Fact]
    public void Calls_OfALibraryWithoutSlots_AreAsManyAsAWorkerHasCores()
    {
        var worker = _env.Worker(cores: 3);
        MeasuresCallsAndTasks(worker, slots: 0);
        _env.Graph(2).Options(1, library: "l").Calls("a", "b", "c", "d").Wanted("a", "b", "c", "d");
        _env.Expect("w1 run a() by 0", "w1 run b() by 0", "w1 run c() by 0");
        Assert.Equal(0, _env.DemandCount);
    }

    [Fact]
    public void Calls_OfSeveralCores_TakeTheseFromOthers()
    {
        var worker = _env.Worker(cores: 5);
        MeasuresCallsAndTasks(worker, slots: 2, cores: 2);
        _env.Graph(2).Options(1, library: "l", slots: 2, cores: 2).Calls("a", "b", "c").With(0).Tasks("x", "y").Wanted("a", "b", "c", "x", "y");
        _env.Expect("w1 run a() by 0", "w1 run b() by 0", "w1 run x()");
        worker.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run c() by 0");
    }

    [Fact]
    public void Calls_OfMoreSlotsThanAWorkerHasCores_AreAsManyAsItHasCoresFor()
    {
        var worker = _env.Worker(cores: 5);
        MeasuresCallsAndTasks(worker, slots: 4, cores: 2);
        _env.Graph(2).Options(1, library: "l", slots: 4, cores: 2).Calls("a", "b", "c").With(0).Task("x").Wanted("a", "b", "c", "x");
        _env.Expect("w1 run a() by 0", "w1 run b() by 0", "w1 run x()");
    }

    [Fact]
    public void Calls_SpreadOverWorkersBeforeAnyWaits()
    {
        var first = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(first);
        _env.Worker(cores: 4);
        _env.Graph(2).Options(1, library: "l", slots: 1).Calls("a", "b", "c").Wanted("a", "b", "c");
        _env.ExpectInAnyOrder("w2 function l", "w2 function g", "w1 run a() by 0", "w2 run b() by 0");
        first.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run c() by 0");
    }

    [Fact]
    public void Calls_ThatWaitAtAWorker_GoToOneThatComes()
    {
        var first = _env.Worker(cores: 4);
        string[] keys = ["a", "b", "c", "d"];
        _env.Graph().Options(1, library: "l", slots: 1).Calls(keys).Wanted(keys);
        Assert.Equal(4, Assigned(_env.Drain()));
        _env.Worker(cores: 2);
        _env.MustWantNothing();
        // They may be over before they could move, unless the worker is stuck.
        Assert.Equal(20, _env.WakeInMs);
        _env.Pass(20);
        _env.Expect("w1 retract d c");
        first.GivesBack("d", "c");
        _env.Expect("w2 function l", "w2 function g", "w2 run c() #2 by 0", "w2 run d() #2 by 0");
        _env.Pass(100);
        _env.MustWantNothing();
    }

    [Fact]
    public void Calls_ThatWait_AreTakenBackThoughOtherTasksOfTheWorkerEnd()
    {
        var first = _env.Worker(cores: 4);
        _env.Graph().Options(1, library: "l", slots: 1).Calls("a", "b").Wanted("a", "b");
        _env.Graph(2).Tasks("x", "y").Wanted("x", "y");
        _env.Drain();
        _env.Worker();
        _env.Pass(10);
        first.Completes("x", "y");
        _env.Drain();
        _env.Pass(10);
        _env.Expect("w1 retract b");
        first.GivesBack("b");
        _env.Expect("w2 function l", "w2 function g", "w2 run b() #2 by 0");
    }

    [Fact]
    public void Calls_ThatWaitAtANamedWorker_StayThere()
    {
        _env.Worker(cores: 4, name: "ann");
        _env.Graph().Options(1, library: "l", slots: 1, workers: ["ann"]).Calls("a", "b").Wanted("a", "b");
        _env.Expect("w1 function l", "w1 function g", "w1 run a() by 0", "w1 run b() by 0");
        _env.Worker(cores: 4);
        _env.Pass(1_000);
        _env.MustWantNothing();
    }

    [Fact]
    public void Tasks_ThatWaitBehindCalls_AreTakenBack()
    {
        var first = _env.Worker(cores: 2, name: "ann");
        var calls = Keys("a", 10);
        _env.Graph().Tasks("w", "x", "y", "z").Options(1, library: "l", slots: 1, workers: ["ann"]).Calls(calls).Wanted([.. calls, "w", "x", "y", "z"]);
        _env.Drain();
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w1 retract z y");
        first.GivesBack("z", "y");
        _env.Expect("w2 function f", "w2 run y() #2", "w2 run z() #2");
    }

    [Fact]
    public void Crash_IsBlamedOnTheCallsThatHadSlotsAndTheTasksBehind()
    {
        var limit = _env.Options.CrashLimit;
        _env.Graph().Options(1, library: "l", slots: 1).Calls("a").Wanted("a");
        _env.Graph(2).Options(1, library: "l", slots: 1).Calls("b").Wanted("b");
        _env.Graph(3).Tasks("x", "y").Wanted("x", "y");
        for (var i = 0; i < limit; i++)
            _env.Worker(cores: 2).Crashes();
        var ended = _env.Drain().Where(effect => effect.StartsWith("c1", StringComparison.Ordinal));
        Assert.Equal(["c1 failed 1.0 Lost", "c1 failed 3.0 Lost"], ended);
    }

    [Fact]
    public void Workers_ThatRejoin_CountTheCallsTheyHave()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker, slots: 2);
        _env.Graph(2).Options(1, library: "l", slots: 2).Calls("a", "b", "c").Wanted("a", "b", "c");
        _env.Drain();
        worker.Rejoins(["a"], []);
        _env.ExpectInAnyOrder("w1 function l", "w1 function g", "w1 run b() #2 by 0");
    }

    [Fact]
    public void Graphs_OfOneLibrary_ShareItsSlots()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker);
        var other = _env.AnotherClient();
        _env.Graph(2).Options(1, library: "l", slots: 1).Calls("a").Wanted("a");
        other.Graph(1).Options(1, library: "l", slots: 1).Calls("b").Wanted("b");
        _env.Expect("w1 run a() by 0");
        worker.CompletesAfter(LongUs, "a");
        _env.ExpectInAnyOrder("c1 result 2.0 a", "w1 run b() by 0");
    }

    [Fact]
    public void Calls_OfTheOldAndTheNew_AreTwoLibraries()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker);
        _env.Graph(2).Options(1, library: "l", slots: 1).Calls("a", "b").Options(2, library: "m", slots: 1).Calls("c", "d").Wanted("a", "b", "c", "d");
        _env.Expect("w1 run a() by 0", "w1 function m", "w1 run c() by 3");
    }

    [Fact]
    public void Calls_OfTwoLibrariesInASession_DoNotWaitForEachOther()
    {
        var worker = _env.Worker(cores: 3);
        var graph = _env.Graph(mode: TaskMode.Command).Options(1, library: "l", slots: 1).Calls("a0").Submit().Options(2, library: "m", slots: 1).Calls("b0").Submit();
        _env.Drain();
        worker.CompletesAfter(LongUs, "a0");
        worker.CompletesAfter(LongUs, "b0");
        graph.With(1).Calls("a1").Submit();
        graph.Calls("a2").Submit();
        _env.Expect("w1 run a1() by 0");
        graph.With(2).Calls("b1").Submit();
        graph.Calls("b2").Submit();
        _env.Expect("w1 run b1() by 2");
    }

    [Fact]
    public void Cancel_OfCalls_FreesTheirSlots()
    {
        var worker = _env.Worker(cores: 4);
        MeasuresCallsAndTasks(worker);
        var graph = _env.Graph(2).Options(1, library: "l", slots: 1).Calls("a", "b");
        graph.Wanted("a", "b");
        _env.Drain();
        graph.Cancel();
        _env.Expect("w1 cancel a", "w1 release a");
        _env.Graph(3).Options(1, library: "l", slots: 1).Calls("c").Wanted("c");
        _env.Expect("w1 run c() by 0");
    }

    [Fact]
    public void Library_ThatCannotBeRead_FailsTheGraph()
    {
        _env.Graph().Open();
        var library = _env.Client.Function("broken", [0x81, 0xA4]);
        _env.Client.Sends(new TaskOptions(1, 1, 0, 0, [], false, new Dictionary<string, long>(), [], Library: library));
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal(FailureKind.Invalid, failed.Failure.Kind);
        Assert.StartsWith("task options 1 of the graph name library broken, which cannot be: a library is malformed: ", failed.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_ThatAsksForWhatCannotBe_SaysWhat()
    {
        var spec = new LibrarySpec { Name = "twice", Mode = ExecMode.Direct, Slots = 2 };
        _env.Graph().Open();
        _env.Client.Sends(new TaskOptions(1, 1, 0, 0, [], false, new Dictionary<string, long>(), [], Library: _env.Client.Library(spec)));
        Assert.Equal(
            "task options 1 of the graph name library twice, which cannot be: library twice has 2 slots, but in exec mode direct one call runs at a time",
            _env.TakeFromClient<GraphFailed>().Failure.Message);
    }

    [Fact]
    public void Library_OfACommand_FailsTheGraph()
    {
        _env.Graph(mode: TaskMode.Command).Options(1, library: "l", slots: 1).Command("a", [], []);
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal("command 0 ('a') names task options 1, whose library runs calls only", failed.Failure.Message);
    }

    // One call and one task have told how long such last.
    private void MeasuresCallsAndTasks(TestWorker worker, long durationUs = LongUs, int slots = 1, int cores = 0, ExecMode exec = ExecMode.Fork)
    {
        _env.Graph().Options(1, library: "l", slots: slots, cores: cores, exec: exec).Calls("call").With(0).Task("task").Wanted("call", "task");
        worker.CompletesAfter(durationUs, "call");
        worker.CompletesAfter(LongUs, "task");
        _env.Drain();
    }

    private static string[] Keys(string letter, int count) => [.. Enumerable.Range(0, count).Select(number => $"{letter}{number}")];

    private static int Assigned(string[] effects) => effects.Count(effect => effect.Contains(" run ", StringComparison.Ordinal));
}
