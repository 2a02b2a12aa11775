using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Tasks take of their worker's resources while they are assigned; who waits for what is nowhere is told.</summary>
public sealed class SchedulerResourcesTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Resource_IsNotGivenOutTwice()
    {
        _env.Worker(cores: 4);
        var worker = _env.Worker(cores: 4, resources: Gpu(2_000));
        _env.Graph().Options(1, resources: Gpu(1_000)).Tasks("a", "b", "c").With(0).Task("d").Wanted("a", "b", "c", "d");
        _env.Expect("w2 function f", "w2 run a()", "w2 run b()", "w1 function f", "w1 run d()");
        worker.Completes("b");
        _env.Expect("c1 result 1.1 b", "w2 run c()");
    }

    [Fact]
    public void Resources_OfDifferentAmounts_ShareAWorker()
    {
        var worker = _env.Worker(cores: 8, resources: Gpu(1_000));
        _env.Graph().Options(1, resources: Gpu(700)).Tasks("a", "b").Options(2, resources: Gpu(300)).Tasks("c", "d").Wanted("a", "b", "c", "d");
        _env.Expect("w1 function f", "w1 run a()", "w1 run c()");
        worker.Completes("c");
        _env.Expect("c1 result 1.2 c", "w1 run d()");
        worker.Completes("a", "d");
        _env.ExpectInAnyOrder("c1 result 1.0 a", "c1 result 1.3 d", "w1 run b()");
    }

    [Fact]
    public void Resources_AreSpreadOverTheWorkersThatHaveThem()
    {
        _env.Worker(cores: 2, resources: Gpu(1_000));
        _env.Worker(cores: 2, resources: Gpu(1_000));
        _env.Worker(cores: 2);
        _env.Graph().Options(1, resources: Gpu(400)).Tasks("a", "b", "c").Wanted("a", "b", "c");
        _env.Expect("w1 function f", "w1 run a()", "w2 function f", "w2 run b()", "w1 run c()");
    }

    [Fact]
    public void Resource_OfZero_IsNoDemand()
    {
        _env.Worker();
        _env.Graph().Options(1, resources: Gpu(0)).Task("a").Wanted("a");
        _env.Expect("w1 function f", "w1 run a()");
    }

    [Fact]
    public void TaskWithAResource_GoesWhereItsInputIs()
    {
        var first = _env.Worker(resources: Gpu(1_000));
        var second = _env.Worker(resources: Gpu(1_000));
        _env.Graph().Tasks("x", "a").Options(1, resources: Gpu(1_000)).Task("b", "a").Wanted("b", "x");
        _env.Drain();
        second.CompletesLarge("a");
        _env.Expect("w2 run b(@a)");
        first.Leaves();
        _env.Drain();
    }

    [Fact]
    public void ResourceAndName_BothCount()
    {
        _env.Worker(name: "ann", resources: Gpu(1_000));
        _env.Worker(name: "bob");
        _env.Graph().Options(1, workers: ["bob"], resources: Gpu(1_000)).Task("a").Wanted("a");
        _env.MustWantNothing();
        _env.Worker(name: "bob", resources: Gpu(1_000));
        _env.Expect("w3 function f", "w3 run a()");
    }

    [Fact]
    public void Notice_OfAResourceThatNobodyHas_ComesOnce()
    {
        _env.Worker(resources: Gpu(1_000));
        _env.Graph().Options(1, resources: Gpu(2_500)).Tasks("a", "b").Wanted("a", "b");
        _env.Pass(999);
        _env.MustWantNothing();
        Assert.Equal(1, _env.WakeInMs);
        _env.Pass(1);
        var notice = _env.TakeFromClient<Notice>();
        Assert.Equal(Notice.WaitingForResources, notice.Code);
        Assert.Equal(
            "task a, and perhaps others, can run on no worker that is connected: it needs one with GPU=2.5; "
            + "start one with 'daskvine worker --resources GPU=2.5'",
            notice.Text);
        Assert.Null(_env.Wake);
        _env.Pass(10_000);
        var worker = _env.Worker(resources: Gpu(3_000));
        worker.Leaves();
        _env.Expect("w2 function f", "w2 run a()");
        _env.Pass(1_000);
        _env.Expect("c1 notice waiting-for-resources");
    }

    [Fact]
    public void Notice_OfANameThatNobodyHas_SaysHowToStartIt()
    {
        _env.Worker();
        _env.Graph().Options(1, workers: ["bob", "ann"]).Task("a").Wanted("a");
        _env.Pass(1_000);
        Assert.Contains("the name ann or bob; start one with 'daskvine worker --worker-name ann'", _env.TakeFromClient<Notice>().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Notice_OfAResource_WaitsUntilThereAreWorkers()
    {
        _env.Graph().Options(1, resources: Gpu(1_000)).Task("a").Wanted("a");
        _env.Pass(5_000);
        _env.Expect("c1 notice waiting-for-workers");
        _env.Worker();
        _env.Expect("c1 notice workers-connected");
        _env.Pass(999);
        _env.MustWantNothing();
        _env.Pass(1);
        _env.Expect("c1 notice waiting-for-resources");
    }

    [Fact]
    public void Notice_OfAResource_GoesToEachWhoWaitsForIt()
    {
        _env.Worker();
        var other = _env.AnotherClient();
        var graph = _env.Graph().Options(1, resources: Gpu(1_000)).Task("a");
        graph.Wanted("a");
        _env.Pass(1_000);
        _env.Expect("c1 notice waiting-for-resources");
        other.Graph().Options(1, resources: Gpu(1_000)).Task("b").Wanted("b");
        _env.Pass(1_000);
        _env.Expect("c2 notice waiting-for-resources");
        graph.Cancel();
        // The next graph is news again.
        _env.Graph(2).Options(1, resources: Gpu(1_000)).Task("c").Wanted("c");
        _env.Pass(1_000);
        _env.Expect("c1 notice waiting-for-resources");
    }

    private static Dictionary<string, long> Gpu(long amount) => new() { ["GPU"] = amount };
}
