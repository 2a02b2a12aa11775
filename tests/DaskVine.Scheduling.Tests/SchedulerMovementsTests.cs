using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What was moved between which processes.</summary>
public sealed class SchedulerMovementsTests
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    [Fact]
    public void Movements_NameSourceAndDestination()
    {
        var first = _env.Worker(peer: true);
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Wanted("a", "b", "c");
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            first.CompletesLarge("a");
            second = _env.Worker(peer: true);
        });
        second!.Gets("a");
        first.Uploads("a");
        _env.Drain();
        _env.Client.Sends(new AskMovements(7));
        var told = _env.TakeFromClient<Movements>();
        Assert.Equal((7, TestWorker.LargeSize), (told.Request, told.Made));
        Assert.Equal(
            [new Movement("worker-1", "", TestWorker.LargeSize, 0, 1), new Movement("worker-1", "worker-2", TestWorker.LargeSize, 0, 1)], told.Moved);
    }
}
