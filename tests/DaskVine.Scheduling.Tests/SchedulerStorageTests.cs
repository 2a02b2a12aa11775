using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>More copies of what would be costly to lose, fewer where disks fill.</summary>
public sealed class SchedulerStorageTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { Replicas = 2 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Result_IsGivenToAnotherWorker_AndAgainWhenThatIsLost()
    {
        var first = _env.Worker(peer: true);
        var second = _env.Worker(peer: true);
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w1 run b(@a)", "w2 get a from w1");
        second.Gets("a");
        second.Leaves();
        _env.MustWantNothing();
        _env.Worker(peer: true);
        first.Rejoins(["b"], ["a"]);
        _env.Expect("w1 function f");
    }

    [Fact]
    public void Result_OnADiskThatIsNearlyFull_MovesToAnother()
    {
        _env.Client.Sends(new Tune("temp-replica-count", 1_000));
        _env.Client.Sends(new Tune("shift-disk-load", 1_000));
        var first = _env.Worker(peer: true, disk: 1_000_000);
        var second = _env.Worker(peer: true, disk: 100_000_000);
        var graph = _env.Graph().Task("a").Submit();
        _env.Drain();
        first.CompletesLarge("a");
        _env.Expect("w2 get a from w1");
        second.Gets("a");
        _env.Expect("w1 release a");
        graph.Cancel();
        _env.Expect("w2 release a");
    }
}
