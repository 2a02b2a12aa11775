using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Graphs that come, run and end well.</summary>
public sealed class SchedulerGraphsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Graph_OfTwoTasks_RunsInOrderAndEnds()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Expect("w1 function f", "w1 run a()");
        worker.Completes("a");
        _env.Expect("w1 run b(a)");
        worker.Completes("b");
        _env.Expect("c1 result 1.1 b");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Graph_InChunks_StartsBeforeItIsSealed()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().Task("a").Submit();
        _env.Expect("w1 function f", "w1 run a()");
        worker.Completes("a");
        graph.Task("b", "a").Submit();
        _env.Expect("w1 run b(a)");
        worker.Completes("b");
        _env.MustWantNothing();
        graph.Seal("b");
        _env.Expect("c1 result 1.1 b");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Graph_ThatIsNotSealed_KeepsWhatHasNoConsumerYet()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().Tasks("a", "b").Submit();
        _env.Drain();
        worker.CompletesLarge("a", "b");
        _env.MustWantNothing();
        graph.Task("c", "a").Submit().Seal("c");
        _env.Expect("w1 run c(@a)", "w1 release b");
        worker.Completes("c");
        _env.Expect("w1 release a", "c1 result 1.2 c");
    }

    [Fact]
    public void Values_AndExpressions_ReachTasks()
    {
        var worker = _env.Worker();
        _env.Graph().Value("v").Expression("e", "v").Task("t", "e", "v").Wanted("t");
        _env.Expect("w1 run e(v)");
        worker.Completes("e");
        _env.Expect("w1 function f", "w1 run t(e, v)");
        worker.Completes("t");
        _env.Expect("c1 result 1.2 t");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Value_ThatIsWanted_IsDeliveredWithoutWorkers()
    {
        _env.Graph().Value("v").Value("large", 10_000).Wanted("v", "large");
        _env.Expect("c1 result 1.0 v", "c1 send 1.1 10000");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Wanted_SmallAndLarge_AreDeliveredWhenTheyExist()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("small", "medium", "large").Wanted("small", "medium", "large");
        _env.Drain();
        worker.Completes("small");
        _env.Expect("c1 result 1.0 small");
        worker.CompletesWith(5_000, "medium");
        _env.Expect("c1 send 1.1 5000");
        worker.CompletesLarge("large");
        _env.Expect("w1 fetch large");
        worker.Uploads("large");
        _env.Expect("c1 send 1.2 1000000 from staging", "w1 release large", "drop large");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Wanted_NamedTwice_IsDeliveredOnce()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a", "a");
        _env.Drain();
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Wanted_Nothing_EndsAtOnce()
    {
        _env.Graph().Task("a").Wanted();
        _env.MustHoldNothing();
        Assert.Equal([new Progress(1, 0, 0, 1)], _env.Progress);
    }

    [Fact]
    public void Output_ThatNobodyNeedsAnyMore_IsReleased()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a", "b").Task("d", "c").Wanted("d");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Expect("w1 run b(@a)");
        worker.Completes("b");
        _env.Expect("w1 run c(@a, b)");
        worker.Completes("c");
        _env.Expect("w1 release a", "w1 run d(c)");
        worker.Completes("d");
        _env.Expect("c1 result 1.3 d");
    }

    [Fact]
    public void GraphEnd_WithUnneededTaskRunning_CancelsIt()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b").Wanted("a");
        _env.Drain();
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a", "w1 cancel b", "w1 release b");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Cancel_WhileRunning_CancelsThenReleases()
    {
        var worker = _env.Worker(cores: 2);
        var graph = _env.Graph().Tasks("a", "b", "c");
        graph.Wanted("a", "b", "c");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Expect("w1 fetch a");
        graph.Cancel();
        // In this order: a task that ended just before the cancel came has left its output.
        _env.Expect("w1 cancel b c", "w1 release b c", "w1 release a", "drop a");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Cancel_OfUnknownGraph_IsIgnored()
    {
        _env.Client.Sends(new CancelGraph(7));
        _env.MustHoldNothing();
    }

    [Fact]
    public void Failure_OfOneTask_EndsTheGraphWithItsReason()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b").Task("c", "a").Wanted("b", "c");
        _env.Drain();
        worker.Fails("a", "division by zero");
        _env.Expect("c1 failed 1.0 Raised", "w1 cancel b", "w1 release b");
        _env.MustHoldNothing();
        worker.Completes("b");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Failure_ToTheClient_NamesKeyAndWorker()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        worker.Fails("a", "division by zero");
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal(("a", "worker-1", "division by zero"), (failed.Key, failed.Worker, failed.Failure.Message));
    }

    [Fact]
    public void Client_ThatLeaves_TakesItsGraphsWithIt()
    {
        _env.Worker();
        var other = _env.AnotherClient();
        _env.Graph(1).Task("a").Wanted("a");
        _env.Graph(2).Task("b").Wanted("b");
        other.Graph().Task("c").Wanted("c");
        _env.Drain();
        _env.Client.Leaves();
        _env.Expect("w1 cancel a", "w1 release a", "w1 cancel b", "w1 release b");
        Assert.Equal((1, 1, 1), _env.Counts);
        other.Leaves();
        _env.Expect("w1 cancel c", "w1 release c", "w1 forget 0");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Client_ThatSaysHelloAgain_StartsWithoutGraphsAndFunctions()
    {
        _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        _env.Client.SaysHello();
        _env.Expect("w1 cancel a", "w1 release a", "w1 forget 0");
        _env.Graph().Node([0], [], "b", []).Wanted("b");
        _env.Expect("c1 failed 1.0 Invalid");
        _env.Graph().Task("c").Wanted("c");
        _env.Expect("w1 function f", "w1 run c()");
    }

    [Fact]
    public void Results_ForTheOldLinkInTheSameStep_AreNotSentOverTheNewOne()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        _env.AtOnce(() =>
        {
            worker.Completes("a");
            worker.CompletesWith(10_000, "b");
            _env.Client.SaysHello();
        });
        _env.Expect("w1 forget 0");
        _env.MustHoldNothing();
    }

    [Fact]
    public void GraphNumber_AfterItsEnd_MayBeUsedAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        worker.Completes("a");
        _env.Expect("w1 function f", "w1 run a()", "c1 result 1.0 a");
        _env.Graph().Task("b").Wanted("b");
        _env.Expect("w1 run b()");
    }

    [Fact]
    public void Assignment_OfATasksGraph_SaysSo()
    {
        _env.Worker();
        _env.Graph(1, TaskMode.Tasks).Task("a").Wanted("a");
        _env.Graph(2).Task("b").Wanted("b");
        _env.Drain();
        Assert.Equal((TaskMode.Tasks, TaskMode.FunctionCalls), (_env.LastAssignment("a").Mode, _env.LastAssignment("b").Mode));
    }
}
