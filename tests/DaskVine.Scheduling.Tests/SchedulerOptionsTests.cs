using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What clients ask for tasks: priority, retries, workers by name.</summary>
public sealed class SchedulerOptionsTests : IDisposable
{
    // One task at a time at each core, so that the order is seen.
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Options_WithoutNumber_FailTheGraph()
    {
        _env.Graph().Options(0);
        Assert.Equal("task options 0 of the graph have no number", _env.TakeFromClient<GraphFailed>().Failure.Message);
        _env.MustHoldNothing();
    }

    [Fact]
    public void Options_SentTwice_FailTheGraph()
    {
        _env.Graph().Options(1).Options(1);
        Assert.Equal("task options 1 of the graph were sent twice", _env.TakeFromClient<GraphFailed>().Failure.Message);
        _env.MustHoldNothing();
    }

    [Fact]
    public void Node_NamingOptionsThatWereNotSent_FailsTheGraph()
    {
        _env.Graph(2).Options(1);
        _env.Graph().With(1).Task("a").Submit();
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal(
            (FailureKind.Invalid, "node 0 ('a') names task options 1, which were not sent", "f"),
            (failed.Failure.Kind, failed.Failure.Message, failed.Function));
    }

    [Fact]
    public void Options_OfAGraphThatIsGone_AreIgnored()
    {
        _env.Client.Sends(new TaskOptions(9, 0, 0, 0, [], false, new Dictionary<string, long>(), []));
        _env.MustHoldNothing();
    }

    [Fact]
    public void Priority_DecidesBeforeTheOrderOfNodes()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b").Options(1, priority: 1).Task("c").Options(2, priority: -1).Task("d").With(0).Task("e")
            .Wanted("a", "b", "c", "d", "e");
        foreach (var key in new[] { "c", "a", "b", "e", "d" })
        {
            Assert.Contains($"w1 run {key}()", _env.Drain());
            worker.Completes(key);
        }

        _env.Expect("c1 result 1.3 d");
    }

    [Fact]
    public void Priority_LowestNumberThereIs_IsJustLow()
    {
        _env.Worker();
        _env.Graph().Options(1, priority: long.MinValue).Task("a").Options(2, priority: long.MaxValue).Task("b").Wanted("a", "b");
        _env.Expect("w1 function f", "w1 run b()");
    }

    [Fact]
    public void Retries_OfATaskThatRaises_AreUsedUpBeforeTheGraphFails()
    {
        var worker = _env.Worker();
        _env.Graph().Options(1, retries: 2).Task("a").Wanted("a");
        worker.Fails("a");
        worker.Fails("a");
        _env.Expect("w1 function f", "w1 run a()", "w1 run a() #2", "w1 run a() #3");
        worker.Fails("a", "for good");
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal(("for good", "f", "a"), (failed.Failure.Message, failed.Function, failed.Key));
        _env.MustHoldNothing();
    }

    [Fact]
    public void Retries_OfATaskThatSucceedsAtLast_GiveItsResult()
    {
        var worker = _env.Worker();
        _env.Graph().Options(1, retries: 1).Task("a").Wanted("a");
        worker.Fails("a");
        worker.Completes("a");
        _env.Expect("w1 function f", "w1 run a()", "w1 run a() #2", "c1 result 1.0 a");
    }

    [Theory]
    [InlineData(FailureKind.Unloadable)]
    [InlineData(FailureKind.Unpicklable)]
    [InlineData(FailureKind.Died)]
    [InlineData(FailureKind.Lost)]
    public void Retries_AreNotForFailuresThatWouldComeAgain(FailureKind kind)
    {
        var worker = _env.Worker();
        _env.Graph().Options(1, retries: 5).Task("a").Wanted("a");
        worker.FailsAs(kind, "a");
        _env.Expect("w1 function f", "w1 run a()", $"c1 failed 1.0 {kind}");
    }

    [Fact]
    public void Retries_AndCrashes_AreCountedApart()
    {
        var worker = _env.Worker();
        _env.Graph().Options(1, retries: 1).Task("a").Wanted("a");
        worker.Crashes();
        worker = _env.Worker();
        worker.Crashes();
        worker = _env.Worker();
        worker.Fails("a");
        _env.Drain();
        worker.Crashes();
        _env.Expect("c1 failed 1.0 Lost");
    }

    [Fact]
    public void NamedWorkers_AreTheOnlyOnesThatRunIt()
    {
        _env.Worker(name: "ann");
        var bob = _env.Worker(name: "bob");
        _env.Graph().Options(1, workers: ["bob"]).Tasks("a", "b").Wanted("a", "b");
        _env.Expect("w2 function f", "w2 run a()");
        bob.Completes("a");
        _env.Expect("c1 result 1.0 a", "w2 run b()");
    }

    [Fact]
    public void NamedWorker_ThatIsNotThere_HoldsUpNobodyElse()
    {
        _env.Worker(name: "ann");
        _env.Graph().Options(1, priority: 5, workers: ["bob"]).Task("a").With(0).Task("b").Wanted("a", "b");
        _env.Expect("w1 function f", "w1 run b()");
        _env.Worker(name: "bob");
        _env.Expect("w2 function f", "w2 run a()");
    }

    [Fact]
    public void NamedWorker_ThatLeaves_IsWaitedFor()
    {
        _env.Worker(name: "ann");
        var bob = _env.Worker(name: "bob");
        _env.Graph().Options(1, workers: ["bob"]).Task("a").Wanted("a");
        bob.Leaves();
        _env.Expect("w2 function f", "w2 run a()");
        _env.Worker(name: "bob");
        _env.Expect("w3 function f", "w3 run a() #2");
    }

    [Fact]
    public void PreferredWorkers_RunItWhileTheyHaveRoom()
    {
        _env.Worker(name: "ann", cores: 4);
        _env.Worker(name: "bob");
        _env.Graph().Options(1, workers: ["bob", "eve"], elsewhere: true).Tasks("a", "b").Wanted("a", "b");
        _env.Expect("w2 function f", "w2 run a()", "w1 function f", "w1 run b()");
    }

    [Fact]
    public void Retract_LeavesTasksThatAreThereForTheName()
    {
        var env = new SchedulerEnvironment();
        var ann = env.Worker(name: "ann");
        env.Graph().Options(1, workers: ["ann"]).Tasks("a", "b").With(0).Task("c").With(1).Tasks("d", "e").Wanted("a", "b", "c", "d", "e");
        env.Drain();
        env.Worker(name: "bob");
        env.Pass(20);
        env.Expect("w1 retract c");
        ann.GivesBack("c");
        env.Expect("w2 function f", "w2 run c() #2");
        env.Pass(100);
        env.MustWantNothing();
    }
}
