using DaskVine.Protocol;

namespace DaskVine.Scheduling.Tests;

/// <summary>A worker makes its link anew: its inventory settles what got lost.</summary>
public sealed class SchedulerRejoinTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Tasks_InTheInventory_GoOn()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        worker.Rejoins(["a", "b"], []);
        _env.Expect("w1 function f");
        worker.Completes("a", "b");
        _env.Expect("c1 result 1.0 a", "c1 result 1.1 b");
        Assert.Equal(1, _env.WorkerCount);
    }

    [Fact]
    public void Tasks_MissingInTheInventory_RunAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        worker.Rejoins(["b"], []);
        _env.Expect("w1 function f", "w1 run a() #2");
    }

    [Fact]
    public void Tasks_OfOldAttempts_AreCancelled()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        var old = worker.Attempt("a");
        worker.Rejoins(["b"], []);
        _env.Drain();
        worker.SaysHello([old, worker.Attempt("b")], []);
        _env.Expect("w1 cancel a", "w1 function f", "w1 run a() #3");
    }

    [Fact]
    public void Tasks_OfEndedGraphs_AreCancelled()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().Task("a");
        graph.Wanted("a");
        _env.Drain();
        graph.Cancel();
        _env.Expect("w1 cancel a", "w1 release a");
        worker.Rejoins(["a"], []);
        _env.Expect("w1 cancel a");
    }

    [Fact]
    public void Tasks_GivenToAnotherWorker_AreCancelledWhenTheFirstComesBack()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        var attempt = first.Attempt("a");
        _env.Worker();
        first.Leaves();
        _env.Expect("w2 function f", "w2 run a() #2");
        first.SaysHello([attempt], []);
        _env.Expect("w1 cancel a");
    }

    [Fact]
    public void Files_InTheInventory_StayAndAreNotBroughtAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Drain();
        worker.Rejoins(["b"], ["a"]);
        _env.Expect("w1 function f");
    }

    [Fact]
    public void Files_MissingInTheInventory_AreMadeAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Drain();
        worker.Rejoins(["b"], []);
        // The second cancel is for the inventory, which lists b.
        _env.Expect("w1 cancel b", "w1 release b", "w1 cancel b", "w1 function f", "w1 run a() #2");
    }

    [Fact]
    public void Files_LostOnTheirWay_AreSentAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Value("v", 10_000).Task("a", "v").Wanted("a");
        _env.Expect("w1 function f", "w1 await v", "w1 put v", "w1 run a(@v)");
        worker.Rejoins(["a"], []);
        _env.Expect("w1 function f", "w1 await v", "w1 put v");
    }

    [Fact]
    public void Files_OfNobody_AreReleased()
    {
        var worker = _env.Worker();
        worker.SaysHello([], [new FileSize(new FileId(77), 5), new FileSize(new FileId(78), 5)]);
        _env.Expect("w1 release 77 78");
    }

    [Fact]
    public void Files_OfAnotherSize_AreReleased()
    {
        var (first, second) = FirstHolds("a");
        second.SaysHello([], [new FileSize(_env.FileOf("a"), 5)]);
        _env.Expect("w2 release a");
        first.Rejoins(["b"], ["a"]);
        _env.Expect("w1 function f");
    }

    [Fact]
    public void Files_ThatAreNeeded_CountAsCopies()
    {
        var (first, second) = FirstHolds("a");
        second.Rejoins([], ["a"]);
        first.Leaves();
        _env.Expect("w2 function f", "w2 run b(@a) #2");
        second.Completes("b");
        _env.Expect("w2 release a", "c1 result 1.1 b");
    }

    [Fact]
    public void Output_OfATaskWhoseReportIsStillToCome_IsKept()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        // It has ended; the report got lost with the link, and follows the hello.
        worker.Rejoins(["a"], ["a"]);
        _env.Expect("w1 function f");
        worker.CompletesLarge("a");
        _env.Expect("w1 run b(@a)");
    }

    [Fact]
    public void Output_OfATaskThatIsToRunAgain_IsReleased()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        worker.Rejoins([], ["a"]);
        _env.Expect("w1 release a", "w1 function f", "w1 run a() #2");
    }

    [Fact]
    public void Report_ThatComesAgain_ChangesNothing()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Drain();
        // Cancelled, it would delete the output.
        worker.Rejoins(["a", "b"], ["a"]);
        _env.Expect("w1 function f");
        worker.CompletesLarge("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void Fetch_LostWithTheLink_IsAskedForAgain()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Expect("w1 fetch a");
        worker.Rejoins([], ["a"]);
        _env.Expect("w1 fetch a");
    }

    [Fact]
    public void Records_ForTheOldLinkInTheSameStep_AreNotSentOverTheNewOne()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        _env.AtOnce(() =>
        {
            worker.CompletesLarge("a");
            worker.Rejoins(["b"], ["a"]);
        });
        _env.Expect("w1 fetch a", "w1 function f");
    }

    private (TestWorker First, TestWorker Second) FirstHolds(string key)
    {
        var first = _env.Worker();
        _env.Graph().Task(key).Task("b", key).Wanted("b");
        _env.Drain();
        first.CompletesLarge(key);
        _env.Drain();
        return (first, _env.Worker());
    }
}
