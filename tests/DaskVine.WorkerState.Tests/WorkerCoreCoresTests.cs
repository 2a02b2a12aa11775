using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.Commands;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

/// <summary>Commands that take several slots.</summary>
public class WorkerCoreCoresTests
{
    [Fact]
    public void Commands_OfTwoCores_DoNotRunSideBySideOnTwo()
    {
        var core = Ready(cores: 2).Handle(Assigned(1, cores: 2), Assigned(2, cores: 2));
        var first = core.DrainStart();
        core.Handle(Ended(first));
        Assert.Equal(2, core.DrainStart().Task.Task.Value);
    }

    [Fact]
    public void Slots_AreKeptForTheFirstThatWaits()
    {
        var core = Ready(cores: 2).Handle(Assigned(1), Assigned(2), Assigned(3, cores: 2), Assigned(4), new AssignReceived(Call(5)));
        var starts = core.Drain().OfType<StartCommand>().ToList();
        Assert.Equal([1, 2], starts.Select(start => start.Task.Task.Value));
        core.Handle(Ended(starts[0]));
        Assert.DoesNotContain(core.Drain(), effect => effect is StartCommand or SendCall);
        core.Handle(Ended(starts[1]));
        var third = core.DrainStart();
        Assert.Equal(3, third.Task.Task.Value);
        core.Handle(Ended(third));
        var effects = core.Drain();
        Assert.Equal(4, Assert.Single(effects.OfType<StartCommand>()).Task.Task.Value);
        Assert.Equal(5, Assert.Single(effects.OfType<SendCall>()).Task.Task.Value);
    }

    [Fact]
    public void Calls_RunInTheSlotsThatAreLeft()
    {
        var core = Ready(cores: 3).Handle(Assigned(1, cores: 2), new AssignReceived(Call(2)), new AssignReceived(Call(3)));
        var effects = core.Drain();
        Assert.Single(effects.OfType<StartCommand>());
        var call = Assert.Single(effects.OfType<SendCall>());
        core.Handle(Returned(call));
        Assert.Equal(3, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
    }

    [Fact]
    public void Calls_ThatRun_AreWaitedFor()
    {
        var core = Ready(cores: 2).Handle(new AssignReceived(Call(1)), Assigned(2, cores: 2), new AssignReceived(Call(3)));
        var call = Assert.Single(core.Drain().OfType<SendCall>());
        core.Handle(Returned(call));
        Assert.Equal(2, core.DrainStart().Task.Task.Value);
    }

    [Fact]
    public void Cancel_OfOneThatWaits_LetsTheNextRun()
    {
        var core = Ready(cores: 2).Handle(Assigned(1), Assigned(2, cores: 2), Assigned(3));
        Assert.Equal(1, core.DrainStart().Task.Task.Value);
        core.Handle(new CancelReceived([new TaskId(2)]));
        Assert.Equal(3, core.DrainStart().Task.Task.Value);
    }

    [Fact]
    public void Cancel_OfOneThatRuns_FreesItsSlotsAtItsEnd()
    {
        var core = Ready(cores: 2).Handle(Assigned(1, cores: 2), Assigned(2, cores: 2));
        var first = core.DrainStart();
        core.Handle(new CancelReceived([new TaskId(1)]));
        Assert.Equal([new KillCommand(first.Call)], core.Drain());
        core.Handle(Killed(first));
        Assert.Equal(2, core.DrainStart().Task.Task.Value);
    }

    [Fact]
    public void Cores_BeyondThoseOfTheWorker_FailTheTask()
    {
        var core = Ready(cores: 2).Handle(Assigned(1, cores: 3));
        var failure = core.DrainReport<Failed>().Failure;
        Assert.Equal((FailureKind.Invalid, "a command asks for 3 cores of a worker that has 2"), (failure.Kind, failure.Message));
    }

    [Fact]
    public void Maker_OfAnyCores_RunsBesideTheSlots()
    {
        var make = Make(70);
        var body = (Protocol.Commands.CommandSpec.Read(make.Body.Span) with { Cores = 8 }).ToBytes();
        var core = Ready().Handle(Assigned(1), new MakeFileReceived(make with { Body = body }));
        Assert.Equal(2, core.Drain().OfType<StartCommand>().Count());
    }

    private static AssignReceived Assigned(long task, int cores = 1) => new(Command(task).WithCores(cores));
}
