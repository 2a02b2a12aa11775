using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreTasksTests
{
    [Fact]
    public void Retract_AfterAWelcomeThatWasLost_TakesNothing()
    {
        var core = Ready().Handle(Calls(2)).Handle(new LinkLost(), new LinkOpened(null));
        core.Drain();
        core.Handle(new RetractReceived([new TaskId(2)]), new RetractReceived([]));
        core.MustWantNothing();
        core.Handle(new LinkOpened(null));
        Assert.Equal([Attempt(1), Attempt(2)], Assert.IsType<SayHello>(Assert.Single(core.Drain())).Tasks.OrderBy(task => task.Task.Value));
    }

    [Fact]
    public void Retract_OfSomeStarted_GivesBackTheOthers()
    {
        var core = Ready().Handle(Calls(3));
        core.DrainCalls();
        core.Handle(new RetractReceived([new TaskId(1), new TaskId(2), new TaskId(99)]));
        var retracted = Assert.IsType<Retracted>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Equal([Attempt(2)], retracted.Tasks);
    }

    [Fact]
    public void Retract_OfNothingLeft_IsAnsweredToo()
    {
        var core = Ready().Handle(new RetractReceived([new TaskId(1)]));
        var retracted = Assert.IsType<Retracted>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Empty(retracted.Tasks);
    }

    [Fact]
    public void Retract_OfNoTask_IsAnsweredWhenWhatWasCancelledHasEnded()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        var call = core.DrainCalls()[0];
        core.Handle(new CancelReceived([new TaskId(1)]), new RetractReceived([]), new RetractReceived([new TaskId(9)]));
        core.MustWantNothing();
        core.Handle(Returned(call));
        Assert.Equal(2, core.Drain().OfType<Report>().Select(report => report.Record).OfType<Retracted>().Count());
    }

    [Fact]
    public void Retract_OfNoTask_WithoutCancelled_IsAnsweredAtOnce()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)), new RetractReceived([]));
        Assert.Contains(core.Drain(), effect => effect is Report { Record: Retracted { Tasks.Count: 0 } });
    }

    [Fact]
    public void Retract_OfNoTask_WhoseLinkIsLost_IsNotAnsweredOnTheNext()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        var call = core.DrainCalls()[0];
        core.Handle(new CancelReceived([new TaskId(1)]), new RetractReceived([]), new LinkLost());
        core.Handle(new LinkOpened("m1"), new Welcomed("m1"));
        core.Drain();
        core.Handle(Returned(call));
        Assert.DoesNotContain(core.Drain(), effect => effect is Report);
    }

    [Fact]
    public void FunctionForgotten_ThatAChildHas_IsForgottenThere()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        var call = core.DrainCalls()[0];
        core.Handle(Returned(call), new FunctionsForgotten([Function, 99]));
        Assert.Equal([Function], Assert.Single(core.Drain().OfType<SendForget>()).Functions);
        core.Handle(new FunctionsForgotten([Function]));
        core.MustWantNothing();
        core.Handle(Code(Function), new AssignReceived(Call(2)));
        Assert.Single(core.Drain().OfType<SendFunction>());
    }

    [Fact]
    public void FunctionForgotten_ThatATaskStillUses_Stays()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)), new FunctionsForgotten([Function]));
        Assert.DoesNotContain(core.Drain(), effect => effect is SendForget);
        core.Handle(new AssignReceived(Call(2)));
        core.MustWantNothing();
    }

    [Fact]
    public void RetractedTask_WhenSlotIsFree_IsNotRun()
    {
        var core = Ready().Handle(Calls(3));
        var first = core.DrainCalls()[0];
        core.Handle(new RetractReceived([new TaskId(2)]));
        core.Drain();
        core.Handle(Returned(first));
        Assert.Equal(3, core.Drain().OfType<SendCall>().Single().Task.Task.Value);
    }

    [Fact]
    public void Cancel_OfQueued_DropsItSilently()
    {
        var core = Ready().Handle(Calls(2));
        var first = core.DrainCalls()[0];
        core.Handle(new CancelReceived([new TaskId(2)]));
        core.MustWantNothing();
        core.Handle(Returned(first));
        Assert.IsType<Report>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Cancel_OfShortRunningCall_DropsItsResult()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        var call = core.DrainCalls()[0];
        core.Handle(new CancelReceived([new TaskId(1)])).Pass(TimeSpan.FromMilliseconds(99));
        core.MustWantNothing();
        core.Handle(ReturnedFile(call));
        Assert.Equal([new DropOutput(call.Call)], core.Drain());
        Assert.Null(core.Wake);
    }

    [Fact]
    public void Cancel_OfLongRunningCall_KillsItsChildAndSparesTheOthers()
    {
        var core = Measured(100).Handle(Calls(3));
        var first = core.DrainCalls()[0];
        core.Handle(new CancelReceived([new TaskId(1)]));
        Assert.Equal(core.Now + TimeSpan.FromMilliseconds(100), core.Wake);
        core.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal([new KillHost(first.Host)], core.Drain());
        core.Handle(new HostGone(first.Host, -9, ""));
        Assert.Equal([2, 3], TasksAfterRefork(core));
    }

    [Fact]
    public void Cancel_OfCallBehindAnother_CountsFromWhenItRuns()
    {
        var core = Measured(100).Handle(Calls(2));
        var calls = core.DrainCalls();
        core.Handle(new CancelReceived([new TaskId(2)])).Pass(TimeSpan.FromSeconds(1));
        core.MustWantNothing();
        core.Handle(Returned(calls[0]));
        Assert.IsType<Report>(Assert.Single(core.Drain()));
        Assert.Equal(core.Now + TimeSpan.FromMilliseconds(100), core.Wake);
    }

    [Fact]
    public void Attempt_Newer_ReplacesTheOlder()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        var older = core.DrainCalls()[0];
        core.Handle(new AssignReceived(Call(1, attempt: 2)), Returned(older));
        var newer = Assert.Single(core.Drain().OfType<SendCall>());
        core.Handle(Returned(newer));
        Assert.Equal(2, Assert.IsType<Completed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record).Attempt);
    }

    [Fact]
    public void Attempt_OlderOrSame_IsIgnored()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, attempt: 2)));
        core.DrainCalls();
        core.Handle(new AssignReceived(Call(1, attempt: 2)), new AssignReceived(Call(1)));
        core.MustWantNothing();
    }

    private static IEnumerable<int> TasksAfterRefork(CoreHarness core)
    {
        Assert.Equal([typeof(DropOutput), typeof(DropOutput), typeof(DropOutput), typeof(ForkChild)], core.Drain().Select(e => e.GetType()));
        return core.Handle(new HostUp(HostId.Child(0))).DrainCalls().Select(c => (int)c.Task.Task.Value);
    }
}
