using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Which library runs a call, and calls among the commands of a session.</summary>
public sealed class SchedulerLibrariesTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Library_OfTheOptions_IsSentOnceBeforeItsCalls()
    {
        _env.Worker(cores: 2);
        _env.Graph().Options(1, library: "l").Tasks("a", "b").Wanted("a", "b");
        _env.Expect("w1 function l", "w1 function f", "w1 run a() by 0", "w1 run b() by 0");
    }

    [Fact]
    public void Calls_OfTwoLibraries_NameTheirs()
    {
        _env.Worker(cores: 3);
        _env.Graph().Options(1, library: "l").Task("a").Options(2, library: "m").Task("b").With(0).Task("c").Wanted("a", "b", "c");
        _env.Expect("w1 function l", "w1 function f", "w1 run a() by 0", "w1 function m", "w1 run b() by 2", "w1 run c()");
    }

    [Fact]
    public void Library_ThatWasNotSent_FailsTheGraph()
    {
        var graph = _env.Graph();
        graph.Open();
        _env.Client.Sends(new TaskOptions(1, 1, 0, 0, [], false, new Dictionary<string, long>(), [], Library: 7));
        _env.Expect("c1 failed 1.0 Invalid");
    }

    [Fact]
    public void Calls_OfSeveralCores_RunOnlyWhereThereAreSoMany()
    {
        _env.Worker();
        _env.Worker(cores: 2);
        _env.Graph().Options(1, library: "l", slots: 1, cores: 2).Task("a").Wanted("a");
        _env.Expect("w2 function l", "w2 function f", "w2 run a() by 0");
    }

    [Fact]
    public void Call_AmongCommands_RunsInItsLibraryOrAnInterpreterOfItsOwn()
    {
        _env.Worker(cores: 2);
        _env.Graph(mode: TaskMode.Command).Options(1, library: "l").Task("a").With(0).Task("b").Submit();
        _env.Expect("w1 function l", "w1 function f", "w1 run a() by 0", "w1 run b()");
        Assert.Equal((TaskMode.FunctionCalls, TaskMode.Tasks), (_env.LastAssignment("a").Mode, _env.LastAssignment("b").Mode));
    }

    [Fact]
    public void Call_AmongCommandsThatFails_IsToldAndCostsNoOther()
    {
        var worker = _env.Worker(cores: 2);
        var graph = _env.Graph(mode: TaskMode.Command).Task("a").Task("b").Submit();
        graph.Want("a", "b");
        _env.Drain();
        worker.Fails("a");
        _env.Expect("c1 failed 1.0 Raised");
        worker.Completes("b");
        _env.Expect("c1 result 1.1 b");
    }

    [Fact]
    public void Readers_OfACallThatFailed_FailWithIt()
    {
        var worker = _env.Worker();
        var graph = _env.Graph(mode: TaskMode.Command).Task("a").Task("b", "a").Task("c", "b").Submit();
        graph.Want("c");
        _env.Drain();
        worker.Fails("a");
        _env.Expect("c1 failed 1.2 Lost");
    }

    [Fact]
    public void Readers_InALongChain_FailWithoutDeepRecursion()
    {
        var worker = _env.Worker();
        var graph = _env.Graph(mode: TaskMode.Command).Task("0");
        for (var i = 1; i < 10_000; i++)
            graph.Task($"{i}", $"{i - 1}");
        graph.Submit().Want("9999");
        _env.Drain();
        worker.Fails("0");
        _env.Expect("c1 failed 1.9999 Lost");
    }

    [Fact]
    public void Call_AmongCommandsThatIsForgotten_IsCancelled()
    {
        _env.Worker();
        var graph = _env.Graph(mode: TaskMode.Command).Task("a").Submit();
        graph.Want("a");
        _env.Drain();
        graph.Forget("a");
        _env.Expect("w1 cancel a", "w1 release a", "c1 failed 1.0 Lost");
    }

    [Fact]
    public void Call_AmongCommandsThatCrashesWorkers_IsGivenUpAlone()
    {
        var graph = _env.Graph(mode: TaskMode.Command).Task("a").Submit();
        graph.Want("a");
        for (var i = 0; i < 2; i++)
            _env.Worker().Crashes();
        var third = _env.Worker();
        _env.Drain();
        third.Crashes();
        _env.Expect("c1 failed 1.0 Lost");
    }
}
