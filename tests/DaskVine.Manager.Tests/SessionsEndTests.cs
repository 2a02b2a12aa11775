using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;

namespace DaskVine.Manager.Tests;

public sealed class SessionsEndTests
{
    // The first crash of a worker is the end of the graph.
    private static readonly SchedulerOptions NoCrash = new() { CrashLimit = 1 };

    [Fact]
    public void DoorClosed_OfAWorker_ItsTaskGoesToAnother()
    {
        using var manager = RunningManager.OnTcp();
        using var client = TestPeer.Client(manager);
        var dies = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        var lost = dies.Receive<Assign>();
        using var other = TestPeer.Worker(manager);

        // Long before its silence would tell.
        dies.Dispose();
        var again = other.Receive<Assign>();
        other.Complete(again, [9]);

        Assert.Equal(lost.Task, again.Task);
        Assert.Equal([9], client.ReceiveResult());
    }

    [Fact]
    public void DoorClosed_OnlyTheDoor_TheLinkIsNotKnownAnyMore()
    {
        using var manager = RunningManager.OnTcp();
        using var client = TestPeer.Client(manager);
        using var worker = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        worker.Receive<Assign>();

        client.Door.Dispose();
        worker.SkipTo<Cancel>();

        client.Send(new CancelGraph(1));
        Assert.Contains("does not know the link", client.Receive<Rehello>().Reason, StringComparison.Ordinal);
        client.SendHello(client.MakeHello());
        Assert.Contains("no open connection", client.Receive<Refuse>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void DoorClosed_WithoutGoodbye_CountsAsACrash()
    {
        using var manager = RunningManager.OnTcp(scheduler: NoCrash);
        using var client = TestPeer.Client(manager);
        using var worker = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        worker.Receive<Assign>();

        worker.Door.Dispose();

        Assert.Equal(FailureKind.Lost, client.Receive<GraphFailed>().Failure.Kind);
    }

    [Fact]
    public void DoorClosed_AfterGoodbye_IsNoCrash()
    {
        using var manager = RunningManager.OnTcp(scheduler: NoCrash);
        using var client = TestPeer.Client(manager);
        using var leaves = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        leaves.Receive<Assign>();

        leaves.Send(new Goodbye("drained"));
        leaves.Synchronize();
        leaves.Door.Dispose();

        using var other = TestPeer.Worker(manager);
        other.Complete(other.Receive<Assign>(), [1]);
        Assert.Equal([1], client.ReceiveResult());
    }

    [Fact]
    public void DoorClosed_GoodbyeBeforeTheLastHello_CountsAsACrash()
    {
        using var manager = RunningManager.OnTcp(scheduler: NoCrash);
        using var client = TestPeer.Client(manager);
        using var worker = TestPeer.Worker(manager);
        worker.Send(new Goodbye("on second thought"));
        worker.SayHello();
        client.Submit(Graphs.Call);
        worker.Receive<Assign>();

        worker.Door.Dispose();

        Assert.Equal(FailureKind.Lost, client.Receive<GraphFailed>().Failure.Kind);
    }

    [Fact]
    public void Beat_WorkerIsSilent_IsGivenUpAndMayComeBack()
    {
        using var manager = RunningManager.OnTcp(TimeSpan.FromMilliseconds(200), NoCrash);
        // It says nothing all the time, which is a client's right.
        using var client = TestPeer.Client(manager);
        using var silent = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        silent.Receive<Assign>();
        silent.Acknowledges = false;

        using var other = TestPeer.Worker(manager);
        other.Complete(other.Receive<Assign>(), [1]);
        Assert.Equal([1], client.ReceiveResult());

        silent.SendUnsequenced(new Heartbeat());
        silent.Receive<Rehello>();
        silent.SayHello();
    }

    [Fact]
    public void Beat_WorkerIsHeard_StaysAndHearsTheManager()
    {
        var heartbeat = TimeSpan.FromMilliseconds(200);
        using var manager = RunningManager.OnTcp(heartbeat, NoCrash);
        using var worker = TestPeer.Worker(manager);

        for (var i = 0; i < 8; i++)
            worker.Receive<Heartbeat>();

        Graphs.AssertServes(manager, worker);
    }
}
