using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreLinkTests
{
    [Fact]
    public void Inventory_AfterALostLink_HasFilesAndTasksWithoutAcknowledgement()
    {
        var core = Ready().Handle([new FileArrived(new FileId(5), 10), .. Calls(3)]);
        var first = core.Drain().OfType<SendCall>().Single();
        core.Handle(new LinkLost(), Returned(first));
        var second = core.DrainCalls()[0];
        core.Handle(Returned(second), new ReportsAcknowledged([Attempt(2)]), new LinkOpened(null));
        var hello = Assert.Single(core.Drain().OfType<SayHello>());
        Assert.Equal([new FileSize(new FileId(5), 10)], hello.Files);
        Assert.Equal([Attempt(1), Attempt(3)], hello.Tasks.OrderBy(t => t.Task.Value));
    }

    [Fact]
    public void Reports_WithoutAcknowledgement_AreRepeatedToTheSameManager()
    {
        var core = Ready().Handle(Calls(1));
        core.Handle(Returned(core.DrainCalls()[0]));
        var report = Assert.Single(core.Drain());
        core.Handle(new LinkLost(), new LinkOpened(null));
        Assert.IsType<SayHello>(Assert.Single(core.Drain()));
        Assert.Equal([report], core.Handle(new Welcomed("m1")).Drain());
        core.Handle(new ReportsAcknowledged([Attempt(1)]), new LinkOpened(null), new Welcomed("m1"));
        Assert.IsType<SayHello>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Worker_WithoutALink_GoesOnAndReportsLater()
    {
        var core = Ready().Handle(Calls(2)).Handle(new LinkLost());
        core.Handle(Returned(core.DrainCalls()[0]));
        core.Handle(Returned(core.DrainCalls()[0]));
        core.MustWantNothing();
        core.Handle(new LinkOpened(null), new Welcomed("m1"));
        Assert.Equal([typeof(SayHello), typeof(Report), typeof(Report)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Manager_Another_MakesTheWorkerDropEverything()
    {
        var core = Ready(cores: 2).Handle([new FileArrived(new FileId(5), 10), .. Calls(1), new AssignReceived(Call(2, mode: TaskMode.Tasks))]);
        core.Handle(new LinkLost());
        core.Drain();
        core.Handle(new LinkOpened(null), new Welcomed("m2"));
        Assert.Equal(
            [new KillHost(HostId.Task(1)), new KillHost(HostId.Child(0)), new DeleteAllFiles()],
            core.Drain().Where(e => e is not SayHello));
        core.Handle(new HostGone(HostId.Child(0), -9, ""), new HostGone(HostId.Task(1), -9, ""));
        Assert.Equal([typeof(DropOutput), typeof(ForkChild)], core.Drain().Select(e => e.GetType()));
        core.Handle(new LinkOpened(null));
        var hello = Assert.IsType<SayHello>(Assert.Single(core.Drain()));
        Assert.Empty(hello.Files);
        Assert.Empty(hello.Tasks);
    }

    [Fact]
    public void Manager_KnownToBeAnother_IsNotToldOfTheOldOnes()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new LinkLost(), new LinkOpened("m2"));
        Assert.Equal([typeof(Report), typeof(DeleteAllFiles), typeof(SayHello)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Functions_OfAnotherManager_AreSentToIdleChildrenAnew()
    {
        var core = Measured(10).Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m2"));
        core.Drain();
        core.Handle(Code(Function), new AssignReceived(Call(1)));
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }
}
