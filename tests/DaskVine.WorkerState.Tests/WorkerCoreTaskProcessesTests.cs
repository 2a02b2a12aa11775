using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreTaskProcessesTests
{
    private static readonly HostId Process = HostId.Task(0);

    [Fact]
    public void Task_InAFreeSlot_RunsInAProcessOfItsOwn()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        Assert.Equal([new StartTaskProcess(0)], core.Drain());
        core.Handle(new HostUp(Process));
        var effects = core.Drain();
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], effects.Select(e => e.GetType()));
        core.Handle(Returned((SendCall)effects[1]));
        Assert.Equal([typeof(EndHost), typeof(Report)], core.Drain().Select(e => e.GetType()));
        core.Handle(new HostGone(Process, 0, ""));
        core.MustWantNothing();
    }

    [Fact]
    public void Slot_WithATaskProcess_TakesNoCalls()
    {
        var core = Measured(10).Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)), new AssignReceived(Call(2)));
        Assert.Equal([new StartTaskProcess(0)], core.Drain());
        core.Handle(new HostUp(Process));
        core.Handle(Returned(core.DrainCalls()[0]), new HostGone(Process, 0, ""));
        Assert.Equal(2, core.Drain().OfType<SendCall>().Single().Task.Task.Value);
    }

    [Fact]
    public void Task_BeforeCallsInOrder_IsNotPassedByThem()
    {
        var core = Measured(10).Handle(new AssignReceived(Call(1)));
        var first = core.DrainCalls()[0];
        core.Handle(new AssignReceived(Call(2, mode: TaskMode.Tasks)), new AssignReceived(Call(3)));
        core.MustWantNothing();
        core.Handle(Returned(first));
        Assert.Equal([typeof(Report), typeof(StartTaskProcess)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Task_BehindCallsThatCannotRun_IsStarted()
    {
        var core = new CoreHarness(1).Handle(Code(Function), new AssignReceived(Call(1)), new AssignReceived(Call(2, mode: TaskMode.Tasks)));
        Assert.Equal([new StartLibrary(), new StartTaskProcess(0)], core.Drain());
    }

    [Fact]
    public void Process_EndingBeforeItIsUp_FailsItsTask()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        core.Drain();
        core.Handle(new HostGone(Process, 1, "no python"));
        var failed = Assert.IsType<Failed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Equal(FailureKind.Died, failed.Failure.Kind);
    }

    [Fact]
    public void Process_KilledBySignal_IsTriedAgain()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        core.Drain();
        core.Handle(new HostUp(Process));
        core.Drain();
        core.Handle(new HostGone(Process, -11, ""));
        Assert.Equal([typeof(DropOutput), typeof(StartTaskProcess)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Cancel_OfATask_KillsItsProcessAtOnce()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        core.Drain();
        core.Handle(new CancelReceived([new TaskId(1)]));
        Assert.Equal([new KillHost(Process)], core.Drain());
        core.Handle(new HostUp(Process));
        core.Handle(new HostGone(Process, -9, ""));
        core.MustWantNothing();
    }

    [Fact]
    public void Process_ThatCannotBeStarted_IsTriedAgainAndThenFailsItsTask()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        for (var tries = 1; tries < 3; tries++)
        {
            core.Drain();
            core.Handle(new HostNotStarted(Process, "no space left"));
            Assert.Equal([new StartTaskProcess(0)], core.Drain());
        }

        core.Handle(new HostNotStarted(Process, "no space left"));
        var failed = Assert.IsType<Failed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Equal((FailureKind.Died, "no process could be started for it, 3 times in 3 tries: no space left"), (failed.Failure.Kind, failed.Failure.Message));
    }

    [Fact]
    public void Process_ThatCannotBeStarted_OfACancelledTaskIsNotWanted()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        core.Handle(new CancelReceived([new TaskId(1)]));
        core.Drain();
        core.Handle(new HostNotStarted(Process, "no space left"));
        core.MustWantNothing();
    }
}
