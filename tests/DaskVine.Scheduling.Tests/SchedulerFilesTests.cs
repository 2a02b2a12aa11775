using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>How values and files get to where they are read.</summary>
public sealed class SchedulerFilesTests : IDisposable
{
    // One task at a time, so that consumers are spread though one worker has their input.
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void SmallValue_RidesAlongToEveryConsumer()
    {
        var first = _env.Worker();
        _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a", "a").Wanted("b", "c");
        _env.Drain();
        first.Completes("a");
        _env.Expect("w1 run b(a)", "w2 function f", "w2 run c(a, a)");
    }

    [Theory]
    [InlineData(4096, "w1 run b(big)")]
    [InlineData(4097, "w1 await big", "w1 put big", "w1 run b(@big)")]
    public void Value_UpToTheLimit_RidesAlong(int size, params string[] effects)
    {
        var worker = _env.Worker();
        _env.Graph().Task("big").Task("b", "big").Wanted("b");
        _env.Drain();
        worker.CompletesWith(size, "big");
        _env.Expect([.. effects.Select(line => line.Replace("(big)", $"({new string('\0', size)})", StringComparison.Ordinal))]);
    }

    [Fact]
    public void LargeValueOfTheGraph_IsPutOncePerWorker()
    {
        _env.Worker(cores: 2);
        _env.Graph().Value("v", 10_000).Task("a", "v").Task("b", "v").Wanted("a", "b");
        _env.Expect("w1 function f", "w1 await v", "w1 put v", "w1 run a(@v)", "w1 run b(@v)");
    }

    [Fact]
    public void LargeOutput_ForAnotherWorker_GoesByWayOfTheManager()
    {
        var (first, second) = TwoWorkersOfWhichTheFirstHolds("a", consumers: 2);
        _env.Expect("w1 run c1(@a)", "w2 function f", "w1 fetch a", "w2 run c2(@a)");
        first.Uploads("a");
        _env.Expect("w2 await a", "w2 put a from staging");
        second.Gets("a");
        second.Completes("c2");
        _env.Expect("c1 result 1.2 c2");
        first.Completes("c1");
        _env.Expect("w1 release a", "w2 release a", "drop a", "c1 result 1.1 c1");
        _env.MustHoldNothing();
    }

    [Fact]
    public void LargeOutput_ForTwoWorkers_IsFetchedOnce()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Task("d", "a").Wanted("b", "c", "d");
        _env.Drain();
        _env.AtOnce(() =>
        {
            first.CompletesLarge("a");
            _env.Worker();
            _env.Worker();
        });
        Assert.Single(_env.Drain(), "w1 fetch a");
        first.Uploads("a");
        _env.Expect("w2 await a", "w2 put a from staging", "w3 await a", "w3 put a from staging");
    }

    [Fact]
    public void LargeOutput_TheManagerCannotStore_FailsItsGraphOnly()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Graph(2).Task("b").Wanted("b");
        _env.Drain();
        worker.CompletesLarge("a");
        _env.Drain();
        _env.Handle(new FileNotStaged(_env.FileOf("a"), "disk full"));
        _env.Expect("c1 failed 1.0 Lost", "w1 release a", "drop a");
        Assert.Equal(1, _env.Counts.Graphs);
        worker.Completes("b");
        Assert.Contains("c1 result 2.0 b", _env.Drain());
    }

    [Fact]
    public void StagedFile_ForALaterConsumer_IsPutWithoutFetching()
    {
        var (first, second) = TwoWorkersOfWhichTheFirstHolds("a", consumers: 2);
        first.Uploads("a");
        _env.Drain();
        second.Leaves();
        _env.MustWantNothing();
        var third = _env.Worker();
        _env.Expect("w3 function f", "w3 await a", "w3 put a from staging", "w3 run c2(@a) #2");
        third.Completes("c2");
        _env.Expect("c1 result 1.2 c2");
    }

    [Fact]
    public void FetchForAWorker_ThatHasLeft_PutsNothing()
    {
        var (first, second) = TwoWorkersOfWhichTheFirstHolds("a", consumers: 2);
        _env.Drain();
        second.Leaves();
        first.Uploads("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void FetchForAWorker_WhenItIsWantedToo_DeliversBoth()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Wanted("a", "b", "c");
        _env.Drain();
        _env.AtOnce(() =>
        {
            first.CompletesLarge("a");
            _env.Worker();
        });
        _env.Expect("w1 fetch a", "w1 run b(@a)", "w2 function f", "w2 run c(@a)");
        first.Uploads("a");
        _env.Expect("w2 await a", "w2 put a from staging", "c1 send 1.0 1000000 from staging");
    }

    [Fact]
    public void FileStaged_AfterItWasReleased_IsDropped()
    {
        var (first, second) = TwoWorkersOfWhichTheFirstHolds("a", consumers: 2);
        _env.Drain();
        second.Leaves();
        first.Completes("c1");
        first.Completes("c2");
        _env.Expect("c1 result 1.1 c1", "w1 run c2(@a) #2", "w1 release a", "drop a", "c1 result 1.2 c2");
        _env.MustHoldNothing();
        first.Uploads("a");
        _env.Expect("drop a");
    }

    [Fact]
    public void FileStaged_Twice_IsKept()
    {
        var (first, _) = TwoWorkersOfWhichTheFirstHolds("a", consumers: 2);
        first.Uploads("a");
        _env.Drain();
        first.Uploads("a");
        _env.MustWantNothing();
    }

    private (TestWorker First, TestWorker Second) TwoWorkersOfWhichTheFirstHolds(string key, int consumers)
    {
        var first = _env.Worker();
        var graph = _env.Graph().Task(key);
        var keys = Enumerable.Range(1, consumers).Select(i => $"c{i}").ToArray();
        foreach (var consumer in keys)
            graph.Task(consumer, key);
        graph.Wanted(keys);
        _env.Drain();
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            first.CompletesLarge(key);
            second = _env.Worker();
        });
        return (first, second!);
    }
}
