using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Where disks fill, what only adds waits for what frees.</summary>
public sealed class SchedulerSpaceTests
{
    private readonly SchedulerEnvironment _env = new();

    [Fact]
    public void Source_WhereADiskFills_WaitsForWhatFreesAndGoesOnWhenNothingRuns()
    {
        var worker = Measured(disk: 3_000_000);
        _env.Graph(2).Task("a").Task("b").Task("d", "a").Wanted("b", "d");
        _env.Expect("w1 run a()");
        worker.CompletesLarge("a");
        _env.Expect("w1 run d(@a)");
        worker.Completes("d");
        _env.ExpectInAnyOrder("w1 release a", "c1 result 2.2 d", "w1 run b()");
    }

    [Fact]
    public void Source_WhereADiskFills_GoesToAWorkerWithSpace()
    {
        var first = Measured(disk: 3_000_000);
        _env.Graph(2).Task("a").Task("b").Task("c").Wanted("a", "b", "c");
        _env.Expect("w1 run a()");
        _env.Worker(disk: 3_000_000);
        _env.Expect("w2 function f", "w2 run b()");
        first.Completes("a");
        Assert.Contains("w1 run c()", _env.Drain());
    }

    [Fact]
    public void Sources_OnAWorkerWithoutLimit_AllRun()
    {
        Measured(disk: 0);
        _env.Graph(2).Task("a").Task("b").Task("c").Wanted("a", "b", "c");
        _env.Expect("w1 run a()", "w1 run b()", "w1 run c()");
    }

    [Fact]
    public void Results_EvictedAgainAndAgainBeforeTheirUse_FailTheGraph()
    {
        var worker = Measured(disk: 3_000_000);
        _env.Graph(2).Task("a").Task("b", "a").Wanted("b");
        for (var i = 0; i < 100 && _env.Counts.Graphs > 0; i++)
        {
            worker.CompletesLarge("a");
            worker.LosesFile("a");
        }

        Assert.Contains("c1 failed 2.0 Lost", _env.Drain());
        _env.MustHoldNothing();
    }

    // One whose function is known to give a large result.
    private TestWorker Measured(long disk)
    {
        var worker = _env.Worker(disk: disk);
        var graph = _env.Graph().Task("known").Submit();
        worker.CompletesLarge("known");
        graph.Cancel();
        _env.Drain();
        return worker;
    }
}
