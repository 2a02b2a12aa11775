using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What clients hear besides results.</summary>
public sealed class SchedulerProgressTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Progress_OfAGraph_ComesAtOnceThenAtIntervalsAndAtTheEnd()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b", "c", "d").Wanted("a", "b", "c", "d");
        Assert.Equal([new Progress(1, 0, 4, 4)], _env.Progress);
        Assert.Null(_env.Wake);
        _env.Pass(10);
        worker.Completes("a");
        Assert.Equal(40, _env.WakeInMs);
        worker.Completes("b");
        Assert.Single(_env.Progress);
        _env.Pass(40);
        Assert.Equal(new Progress(1, 2, 2, 4), _env.Progress[^1]);
        Assert.Null(_env.Wake);
        worker.Completes("c", "d");
        Assert.Equal(new Progress(1, 4, 0, 4), _env.Progress[^1]);
        Assert.Equal(3, _env.Progress.Count);
        Assert.Equal(4, _env.Drain().Count(line => line.StartsWith("c1 result", StringComparison.Ordinal)));
    }

    [Fact]
    public void Progress_WithoutChange_IsNotSent()
    {
        _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.Drain();
        _env.Pass(1_000);
        Assert.Single(_env.Progress);
    }

    [Fact]
    public void Progress_OfACancelledGraph_IsNotSent()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().Tasks("a", "b");
        graph.Wanted("a", "b");
        worker.Completes("a");
        graph.Cancel();
        _env.Pass(50);
        _env.Drain();
        Assert.Single(_env.Progress);
        Assert.Null(_env.Wake);
    }

    [Fact]
    public void Progress_OfTwoGraphs_KeepsTheirOwnTimes()
    {
        var worker = _env.Worker();
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        _env.Pass(30);
        _env.Graph(2).Tasks("c", "d").Wanted("c", "d");
        worker.Completes("a", "c");
        Assert.Equal(20, _env.WakeInMs);
        _env.Pass(20);
        Assert.Equal(new Progress(1, 1, 1, 2), _env.Progress[^1]);
        Assert.Equal(30, _env.WakeInMs);
        _env.Pass(30);
        Assert.Equal(new Progress(2, 1, 1, 2), _env.Progress[^1]);
        Assert.Equal(4, _env.Progress.Count);
        _env.Drain();
    }

    [Fact]
    public void Notice_OfNoWorker_ComesOnceAfterASecond()
    {
        _env.Graph().Tasks("a", "b").Wanted("a", "b");
        Assert.Equal(1_000, _env.WakeInMs);
        _env.Pass(999);
        _env.MustWantNothing();
        _env.Pass(1);
        var notice = _env.TakeFromClient<Notice>();
        Assert.Equal(Notice.WaitingForWorkers, notice.Code);
        Assert.StartsWith("2 tasks wait: no worker is connected", notice.Text, StringComparison.Ordinal);
        Assert.Null(_env.Wake);
        _env.Pass(5_000);
        _env.MustWantNothing();
        _env.Worker();
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()", "c1 notice workers-connected");
    }

    [Fact]
    public void Notice_OfNoWorker_DoesNotComeWhenOneJoinsInTime()
    {
        _env.Graph().Task("a").Wanted("a");
        _env.Pass(900);
        var worker = _env.Worker();
        _env.Drain();
        _env.Pass(200);
        _env.MustWantNothing();
        worker.Leaves();
        Assert.Equal(1_000, _env.WakeInMs);
        _env.Pass(1_000);
        _env.Expect("c1 notice waiting-for-workers");
    }

    [Fact]
    public void Notice_OfNoWorker_GoesToThoseWhoWait()
    {
        var other = _env.AnotherClient();
        _env.Graph().Task("a").Wanted("a");
        _env.Pass(1_000);
        _env.Expect("c1 notice waiting-for-workers");
        other.Graph().Task("b").Wanted("b");
        _env.Expect("c2 notice waiting-for-workers");
        _env.Worker();
        _env.Expect(
            "w1 function f", "w1 run a()", "w1 run b()", "c1 notice workers-connected", "c2 notice workers-connected");
    }

    [Fact]
    public void Manager_WithoutTasks_WantsNoWakeUp()
    {
        Assert.Null(_env.Wake);
        _env.Worker().Leaves();
        Assert.Null(_env.Wake);
        _env.Pass(5_000);
        _env.Graph().Task("a").Wanted("a");
        Assert.Equal(1_000, _env.WakeInMs);
    }
}
