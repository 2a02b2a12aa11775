using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Of tasks that name the same lock one is assigned at a time.</summary>
public sealed class SchedulerLocksTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Lock_OfTwoTasks_IsHandedOn()
    {
        var worker = _env.Worker(cores: 4);
        _env.Graph().Options(1, locks: ["db"]).Tasks("a", "b").With(0).Task("c").Wanted("a", "b", "c");
        _env.Expect("w1 function f", "w1 run a()", "w1 run c()");
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a", "w1 run b()");
    }

    [Fact]
    public void Lock_IsOneForAllClients()
    {
        var worker = _env.Worker(cores: 4);
        var other = _env.AnotherClient();
        _env.Graph().Options(1, locks: ["db"]).Task("a").Wanted("a");
        other.Graph().Options(1, locks: ["db"]).Task("b").Wanted("b");
        _env.Expect("w1 function f", "w1 run a()");
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a", "w1 run b()");
    }

    [Fact]
    public void Lock_OfATaskThatRaised_IsFree()
    {
        var worker = _env.Worker(cores: 4);
        var other = _env.AnotherClient();
        _env.Graph().Options(1, locks: ["db"]).Task("a").Wanted("a");
        other.Graph().Options(1, locks: ["db"]).Task("b").Wanted("b");
        worker.Fails("a");
        _env.Expect("w1 function f", "w1 run a()", "c1 failed 1.0 Raised", "w1 run b()");
    }

    [Fact]
    public void SeveralLocks_AreTakenTogetherOrNotAtAll()
    {
        var worker = _env.Worker(cores: 4);
        _env.Graph().Options(1, locks: ["x"]).Task("a").Options(2, locks: ["x", "y"]).Task("b").Options(3, locks: ["y"]).Tasks("c", "d")
            .Wanted("a", "b", "c", "d");
        // While b cannot have x, c may have y.
        _env.Expect("w1 function f", "w1 run a()", "w1 run c()");
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a");
        worker.Completes("c");
        _env.Expect("c1 result 1.2 c", "w1 run b()");
        worker.Completes("b");
        _env.Expect("c1 result 1.1 b", "w1 run d()");
    }

    [Fact]
    public void Lock_GoesToTheHigherPriority()
    {
        var worker = _env.Worker(cores: 4);
        _env.Graph().Options(1, locks: ["x"]).Tasks("a", "b").Options(2, priority: 1, locks: ["x", "y"]).Task("c").Wanted("a", "b", "c");
        worker.Completes("c");
        _env.Expect("w1 function f", "w1 run c()", "c1 result 1.2 c", "w1 run a()");
    }

    [Fact]
    public void Lock_ThatOnlyAnAbsentWorkerWouldTake_GoesToOthers()
    {
        var worker = _env.Worker(cores: 4, name: "ann");
        _env.Graph().Options(1, locks: ["x"]).Tasks("a", "b").Options(2, priority: 1, workers: ["bob"], locks: ["x"]).Task("c")
            .Wanted("a", "b", "c");
        worker.Completes("a");
        _env.Expect("w1 function f", "w1 run a()", "c1 result 1.0 a", "w1 run b()");
    }

    [Fact]
    public void Lock_OfACancelledTask_IsKeptUntilItsWorkerHasEndedIt()
    {
        var worker = _env.Worker(cores: 4);
        var graph = _env.Graph().Options(1, locks: ["db"]).Task("a");
        graph.Wanted("a");
        _env.Graph(2).Options(1, locks: ["db"]).Task("b").Wanted("b");
        _env.Drain();
        graph.Cancel();
        _env.Expect("w1 cancel a", "w1 release a", "w1 answer");
        _env.Pass(10_000);
        _env.MustWantNothing();
        worker.GivesBack();
        _env.Expect("w1 run b()");
    }

    [Fact]
    public void Lock_OfACancelledTask_WhoseWorkerWasNotToldBeforeItsLinkBroke_IsAskedForAgain()
    {
        var worker = _env.Worker(cores: 4);
        var graph = _env.Graph().Options(1, locks: ["db"]).Task("a");
        graph.Wanted("a");
        graph.Cancel();
        _env.Graph(2).Options(1, locks: ["db"]).Task("b").Wanted("b");
        _env.Drain();
        worker.Rejoins(["a"], []);
        _env.Expect("w1 cancel a", "w1 answer");
        worker.GivesBack();
        _env.Expect("w1 function f", "w1 run b()");
    }

    [Fact]
    public void Lock_OfACancelledTask_WhoseWorkerLeaves_IsKeptForTheTimeThatItsProcessesTake()
    {
        var worker = _env.Worker(cores: 4);
        _env.Worker();
        var graph = _env.Graph().Options(1, locks: ["db"]).Task("a");
        graph.Wanted("a");
        graph.Cancel();
        _env.Graph(2).Options(1, locks: ["db"]).Task("b").Wanted("b");
        worker.Crashes();
        _env.Drain();
        Assert.Equal(200, _env.WakeInMs);
        _env.Pass(200);
        _env.Expect("w2 function f", "w2 run b()");
    }

    [Fact]
    public void Lock_OfATaskWhoseWorkerDied_GoesOnWithTheTask()
    {
        var worker = _env.Worker();
        _env.Worker();
        _env.Graph().Options(1, locks: ["db"]).Tasks("a", "b").Wanted("a", "b");
        worker.Crashes();
        _env.Expect("w1 function f", "w1 run a()");
        _env.Pass(200);
        _env.Expect("w2 function f", "w2 run a() #2");
    }

    [Fact]
    public void Lock_OfAWorkerThatRejoinsWithTheTask_IsStillHeld()
    {
        var worker = _env.Worker(cores: 4);
        _env.Graph().Options(1, locks: ["db"]).Tasks("a", "b").Wanted("a", "b");
        worker.Rejoins(["a"], []);
        _env.Expect("w1 function f", "w1 run a()", "w1 function f");
        worker.Completes("a");
        _env.Expect("c1 result 1.0 a", "w1 run b()");
    }

    [Fact]
    public void Lock_OfAWorkerThatRejoinsWithoutTheTask_IsFree()
    {
        var worker = _env.Worker(cores: 4);
        _env.Graph().Options(1, locks: ["db"]).Tasks("a", "b").Wanted("a", "b");
        worker.Rejoins([], []);
        _env.Expect("w1 function f", "w1 run a()", "w1 function f", "w1 run a() #2");
    }

    [Fact]
    public void Lock_OfATaskWhoseInputIsLost_WaitsForItsCancelledRun()
    {
        var first = _env.Worker();
        var second = _env.Worker();
        _env.Graph().Task("a").Options(1, locks: ["db"]).Task("b", "a").Wanted("b");
        first.CompletesLarge("a");
        _env.Expect("w1 function f", "w1 run a()", "w1 run b(@a)");
        first.LosesFile("a");
        _env.Expect("w1 cancel b", "w1 release b", "w1 answer", "w1 run a() #2");
        first.Completes("a");
        _env.MustWantNothing();
        first.GivesBack();
        _env.Pass(200);
        _env.Expect("w1 run b(a) #2");
        second.Leaves();
    }

    [Fact]
    public void Retract_OfATaskThatHoldsALock_GivesItBack()
    {
        var busy = _env.Worker();
        _env.Graph().Task("a").Options(1, locks: ["db"]).Task("b").Wanted("a", "b");
        _env.Drain();
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w1 retract b");
        busy.GivesBack("b");
        _env.Expect("w2 function f", "w2 run b() #2");
    }

    [Fact]
    public void AnswersToRetracts_AreToldApartByTheirOrder()
    {
        var busy = _env.Worker();
        var graph = _env.Graph(2).Options(1, locks: ["db"]).Task("x");
        graph.Wanted("x");
        _env.Graph().Tasks("a", "b", "c").Wanted("a", "b", "c");
        _env.Graph(3).Options(1, locks: ["db"]).Task("y").Wanted("y");
        _env.Drain();
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w1 retract c b");
        graph.Cancel();
        _env.Expect("w1 cancel x", "w1 release x", "w1 answer");
        busy.GivesBack("c");
        _env.Expect("w2 function f", "w2 run c() #2");
        _env.Pass(1_000);
        _env.Drain();
        busy.GivesBack();
        Assert.Contains(_env.Drain(), line => line.EndsWith("run y()", StringComparison.Ordinal));
    }

    [Fact]
    public void Locks_OfManyKinds_LeaveNothing()
    {
        var worker = _env.Worker(cores: 4);
        var graph = _env.Graph();
        for (var i = 1; i <= 50; i++)
            graph.Options(i, locks: [$"file{i % 7}", $"db{i % 3}"]).Task($"t{i}");
        var keys = Enumerable.Range(1, 50).Select(i => $"t{i}").ToArray();
        graph.Wanted(keys);
        for (var left = 50; left > 0;)
        {
            var running = _env.Drain().Where(line => line.StartsWith("w1 run", StringComparison.Ordinal)).Select(line => line[7..^2]).ToList();
            Assert.NotEmpty(running);
            foreach (var key in running)
                worker.Completes(key);
            left -= running.Count;
        }

        _env.Drain();
        _env.MustHoldNothing();
    }
}
