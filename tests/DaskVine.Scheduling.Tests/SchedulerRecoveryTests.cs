using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Workers and files get lost; what was lost is made again.</summary>
public sealed class SchedulerRecoveryTests : IDisposable
{
    // One task at a time, so that consumers are spread though one worker has their input.
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Task_OnAWorkerThatLeaves_RunsElsewhere()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        first.Leaves();
        _env.MustWantNothing();
        Assert.Equal(0, _env.WorkerCount);
        _env.Worker().Completes("a");
        _env.Expect("w2 function f", "w2 run a() #2", "c1 result 1.0 a");
    }

    [Fact]
    public void Task_RunningOnThreeWorkersThatCrash_IsGivenUp()
    {
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Worker().Crashes();
        _env.Worker().Crashes();
        var third = _env.Worker();
        _env.Drain();
        third.Crashes("killed by signal 9");
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal((0, "a", "worker-3", Protocol.FailureKind.Lost), (failed.Node, failed.Key, failed.Worker, failed.Failure.Kind));
        Assert.Equal(
            "given up after it was running on 3 workers that died; the last was worker-3: killed by signal 9", failed.Failure.Message);
        _env.MustHoldNothing();
    }

    [Fact]
    public void Task_OnWorkersThatLeaveOnPurpose_IsNeverGivenUp()
    {
        _env.Graph().Task("a").Wanted("a");
        for (var i = 0; i < 5; i++)
            _env.Worker().Leaves();
        _env.Drain();
        _env.Worker();
        _env.Expect("w6 function f", "w6 run a() #6");
    }

    [Fact]
    public void Task_QueuedBehindOthers_IsNotCharged()
    {
        var env = new SchedulerEnvironment();
        env.Graph().Tasks("a", "b", "c").Wanted("a", "b", "c");
        env.Graph(2).Tasks("d").Wanted("d");
        for (var i = 0; i < 2; i++)
            env.Worker(cores: 2).Crashes();
        env.Drain();
        var third = env.Worker(cores: 2);
        env.Expect("w3 function f", "w3 run a() #3", "w3 run d() #3", "w3 run b() #3", "w3 run c() #3");
        third.Crashes();
        env.Expect("c1 failed 1.0 Lost", "c1 failed 2.0 Lost");
        env.MustHoldNothing();
    }

    [Fact]
    public void Task_GivenUp_LeavesOtherGraphsRunning()
    {
        var env = new SchedulerEnvironment();
        env.Graph().Task("a").Wanted("a");
        env.Graph(2).Tasks("b").Wanted("b");
        for (var i = 0; i < 3; i++)
            env.Worker().Crashes();
        Assert.Single(env.Drain(), "c1 failed 1.0 Lost");
        env.Worker();
        env.Expect("w4 function f", "w4 run b() #4");
    }

    [Fact]
    public void LostOutput_ThatIsNeeded_IsMadeAgain()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w1 run b(@a)");
        var second = _env.Worker();
        first.Leaves();
        _env.Expect("w2 function f", "w2 run a() #2");
        second.CompletesLarge("a");
        _env.Expect("w2 run b(@a) #2");
        second.Completes("b");
        _env.Expect("w2 release a", "c1 result 1.1 b");
    }

    [Fact]
    public void LostOutput_OfReleasedInputs_IsMadeAgainFromTheBeginning()
    {
        var first = _env.Worker();
        _env.Graph().Value("v").Task("a", "v").Task("b", "a", "a").Task("c", "b", "a").Task("d", "c").Wanted("d");
        _env.Drain();
        first.Completes("a");
        first.CompletesLarge("b");
        first.CompletesLarge("c");
        _env.Expect("w1 run b(a, a)", "w1 run c(@b, a)", "w1 release b", "w1 run d(@c)");
        var second = _env.Worker();
        first.Leaves();
        _env.Expect("w2 function f", "w2 run a(v) #2");
        second.Completes("a");
        _env.Expect("w2 run b(a, a) #2");
        second.CompletesLarge("b");
        _env.Expect("w2 run c(@b, a) #2");
        second.Completes("c");
        _env.Expect("w2 release b", "w2 run d(c) #2");
        second.Completes("d");
        _env.Expect("c1 result 1.4 d");
        _env.MustHoldNothing();
    }

    [Fact]
    public void LostOutput_OfALargeValueOfTheGraph_IsMadeAgainFromIt()
    {
        var first = _env.Worker();
        _env.Graph().Value("v", 10_000).Task("a", "v").Task("b", "a").Wanted("b");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w1 release v", "w1 run b(@a)");
        first.Leaves();
        _env.Worker();
        _env.Expect("w2 function f", "w2 await v", "w2 put v", "w2 run a(@v) #2");
    }

    [Fact]
    public void LostOutput_OfASharedInput_IsMadeAgainOnce()
    {
        var first = _env.Worker(cores: 2);
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Task("d", "b", "c").Wanted("d");
        _env.Drain();
        first.CompletesLarge("a");
        first.CompletesLarge("b", "c");
        _env.Drain();
        var second = _env.Worker(cores: 2);
        first.Leaves();
        _env.Expect("w2 function f", "w2 run a() #2");
        second.CompletesLarge("a");
        _env.Expect("w2 run b(@a) #2", "w2 run c(@a) #2");
        second.CompletesLarge("b", "c");
        _env.Expect("w2 release a", "w2 run d(@b, @c) #2");
    }

    [Fact]
    public void LostOutput_WhoseConsumersAreElsewhere_IsTakenBackFromThem()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a", "a").Wanted("b", "c");
        _env.Drain();
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            first.CompletesLarge("a");
            second = _env.Worker();
        });
        _env.Expect("w1 run b(@a)", "w2 function f", "w1 fetch a", "w2 run c(@a, @a)");
        first.Leaves();
        // The cancelled one may have ended, hence the release.
        _env.Expect("drop a", "w2 cancel c", "w2 release c", "w2 run a() #2");
        second!.CompletesLarge("a");
        _env.Expect("w2 run b(@a) #2");
        second.Completes("b");
        _env.Expect("c1 result 1.1 b", "w2 run c(@a, @a) #2");
    }

    [Fact]
    public void LostFile_WithACopyElsewhere_IsNotMadeAgain()
    {
        var (first, second) = BothHold("a");
        first.Crashes();
        _env.MustWantNothing();
        second.Completes("c");
        _env.Expect("c1 result 1.2 c", "w2 run b(@a) #2");
        second.Completes("b");
        _env.Expect("w2 release a", "drop a", "c1 result 1.1 b");
        _env.MustHoldNothing();
    }

    [Fact]
    public void FileLost_ReportedByItsOnlyHolder_IsMadeAgain()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Drain();
        first.LosesFile("a");
        _env.Expect("w1 cancel b", "w1 release b", "w1 run a() #2");
        first.Completes("a");
        _env.Expect("w1 run b(a) #2");
        first.LosesFile("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void FileLost_WhileTasksThereNeedIt_IsBroughtAgain()
    {
        var (_, second) = BothHold("a");
        second.LosesFile("a");
        _env.Expect("w2 await a", "w2 put a from staging");
        second.Gets("a");
        second.Completes("c");
        _env.Expect("c1 result 1.2 c");
        second.LosesFile("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void FetchSource_ThatIsLost_IsReplacedByAnotherHolder()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("a", "b");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w1 fetch a", "w1 run b(@a)");
        var second = _env.Worker();
        // A worker that was given up came back with a copy.
        second.Rejoins([], ["a"]);
        first.Crashes();
        _env.Expect("w2 fetch a", "w2 function f", "w2 run b(@a) #2");
        second.Uploads("a");
        _env.Expect("c1 send 1.0 1000000 from staging");
    }

    [Fact]
    public void WantedFile_LostBeforeDelivery_IsMadeAgainAndDeliveredOnce()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w1 fetch a");
        first.Crashes();
        _env.Expect("drop a");
        var second = _env.Worker();
        _env.Expect("w2 function f", "w2 run a() #2");
        second.CompletesLarge("a");
        _env.Expect("w2 fetch a");
        second.Uploads("a");
        _env.Expect("c1 send 1.0 1000000 from staging", "w2 release a", "drop a");
        _env.MustHoldNothing();
    }

    [Fact]
    public void Recovery_RunsAheadOfOthers()
    {
        var first = _env.Worker();
        var second = _env.Worker();
        _env.Graph().Task("p").Task("q", "p").Task("r", "p").Task("a").Task("b", "a").Wanted("q", "r", "b");
        _env.Expect("w1 function f", "w1 run p()", "w2 function f", "w2 run a()");
        second.CompletesLarge("a");
        _env.Expect("w2 run b(@a)");
        _env.AtOnce(() =>
        {
            first.Completes("p");
            second.Leaves();
        });
        _env.Expect("w1 run a() #2");
        first.Completes("a");
        _env.Expect("w1 run q(p)");
    }

    private (TestWorker First, TestWorker Second) BothHold(string key)
    {
        var first = _env.Worker();
        _env.Graph().Task(key).Task("b", key).Task("c", key).Wanted("b", "c");
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            first.CompletesLarge(key);
            second = _env.Worker();
        });
        first.Uploads(key);
        _env.Drain();
        second!.Gets(key);
        return (first, second);
    }
}
