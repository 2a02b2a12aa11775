using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.Commands;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreCommandsTests
{
    [Fact]
    public void Command_InAFreeSlot_RunsAndIsReportedWithItsOutputs()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 2)));
        var start = Assert.IsType<StartCommand>(Assert.Single(core.Drain()));
        Assert.Equal(("true", 2), (start.Spec.Command, start.Spec.Outputs.Count));
        core.Handle(Ended(start, 7, 8));
        var effects = core.Drain();
        Assert.Equal(
            [new KeepOutput(start.Call + 1, OutputOf(1, 0), 7), new KeepOutput(start.Call + 2, OutputOf(1, 1), 8)], effects.OfType<KeepOutput>());
        var completed = Assert.IsType<Completed>(Assert.IsType<Report>(effects[^1]).Record);
        Assert.Equal((5L, 9L, 9), (completed.DurationUs, completed.Size, completed.Value!.Value.Length));
        Assert.Equal([new(OutputOf(1, 0), 7), new(OutputOf(1, 1), 8)], completed.Outputs);
    }

    [Fact]
    public void Command_WithoutOneOfItsOutputs_IsReportedWithTheOthers()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 2)));
        core.Handle(Ended(core.DrainStart(), null, 8));
        Assert.Equal([new FileSize(OutputOf(1, 1), 8)], core.DrainReport<Completed>().Outputs);
    }

    [Fact]
    public void Report_ThatIsNotSmall_IsAFile()
    {
        var core = Ready().Handle(new AssignReceived(Command(1)));
        var start = core.DrainStart();
        core.Handle(EndedAtLength(start));
        var effects = core.Drain();
        Assert.Equal(new KeepOutput(start.Call, CoreHarness.OutputOf(1), 100_000), effects.OfType<KeepOutput>().Single());
        Assert.Null(((Completed)effects.OfType<Report>().Single().Record).Value);
    }

    [Fact]
    public void Commands_OneForEachSlot_RunInOrder()
    {
        var core = Ready().Handle(new AssignReceived(Command(1)), new AssignReceived(Command(2)), new AssignReceived(Call(3)));
        core.Handle(Ended(core.DrainStart()));
        var second = core.DrainStart();
        Assert.Equal(2, second.Task.Task.Value);
        core.Handle(Ended(second));
        Assert.Equal(3, core.Drain().OfType<SendCall>().Single().Task.Task.Value);
    }

    [Fact]
    public void Command_OnTheOutputOfAnother_RunsWithoutTheManager()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 1)), new AssignReceived(Command(2, files: OutputOf(1, 0).Value)));
        core.Handle(Ended(core.DrainStart(), 7));
        Assert.Equal(2, core.DrainStart().Task.Task.Value);
    }

    [Theory]
    [InlineData(new byte[] { 0xc0 })]
    [InlineData(new byte[] { 0x80 })]
    public void Body_Malformed_FailsTheTaskAsInvalid(byte[] body)
    {
        var core = Ready().Handle(new AssignReceived(Command(1) with { Body = body }));
        Assert.Equal(FailureKind.Invalid, core.DrainReport<Failed>().Failure.Kind);
    }

    [Fact]
    public void Body_ThatNamesOtherFilesThanComeWithIt_FailsTheTaskAsInvalid()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 2) with { Outputs = [new FileId(1)] }));
        Assert.Equal("a command names 0 inputs and 2 outputs, and comes with 0 and 1", core.DrainReport<Failed>().Failure.Message);
    }

    [Fact]
    public void Cancel_OfARunningCommand_KillsItAndDropsWhatItMade()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 1)));
        var start = core.DrainStart();
        core.Handle(new CancelReceived([new TaskId(1)]), new RetractReceived([]));
        Assert.Equal([new KillCommand(start.Call)], core.Drain());
        core.Handle(Ended(start, 7));
        var effects = core.Drain();
        Assert.Equal([new DropOutput(start.Call), new DropOutput(start.Call + 1)], effects.OfType<DropOutput>());
        Assert.IsType<Retracted>(effects.OfType<Report>().Single().Record);
    }

    [Fact]
    public void Attempt_Newer_WaitsForTheEndOfTheOlder()
    {
        var core = Ready().Handle(new AssignReceived(Command(1)));
        var older = core.DrainStart();
        core.Handle(new AssignReceived(Command(1, attempt: 2)));
        Assert.Equal([new KillCommand(older.Call)], core.Drain());
        core.Handle(Killed(older));
        core.Handle(Ended(core.DrainStart()));
        Assert.Equal(2, core.DrainReport<Completed>().Attempt);
    }

    [Fact]
    public void Cancel_OfAnEndedCommand_ReleasesItsFiles()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 1)));
        core.Handle(EndedAtLength(core.DrainStart(), 7));
        core.Drain();
        core.Handle(new CancelReceived([new TaskId(1)]));
        Assert.Equal([new DeleteFile(CoreHarness.OutputOf(1)), new DeleteFile(OutputOf(1, 0))], core.Drain());
    }

    [Fact]
    public void Report_WithoutALink_IsKeptAndItsFilesAreInTheInventory()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, outputs: 2)));
        var start = core.DrainStart();
        core.Handle(new LinkLost(), Ended(start, 7, 8), new FileUnreadable(OutputOf(1, 1), "gone"));
        core.Drain();
        core.Handle(new LinkOpened("m1"), new Welcomed("m1"));
        var effects = core.Drain();
        Assert.Equal([new FileSize(OutputOf(1, 0), 7)], effects.OfType<SayHello>().Single().Files);
        var reports = effects.OfType<Report>().Select(report => report.Record).ToList();
        Assert.IsType<Completed>(reports[0]);
        Assert.Equal(OutputOf(1, 1), Assert.IsType<FileLost>(reports[1]).File);
    }

    [Fact]
    public void Input_ThatIsGone_IsReportedLostAndAwaited()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new AssignReceived(Command(1, files: 5)));
        core.Handle(Without(core.DrainStart(), 5));
        Assert.Equal(new FileLost(new FileId(5), "gone"), core.DrainReport<FileLost>());
        core.Handle(new FileArrived(new FileId(5), 10));
        core.Handle(Ended(core.DrainStart()));
        Assert.Equal(1, core.DrainReport<Completed>().Task.Value);
    }

    [Fact]
    public void Manager_Another_KillsTheCommandsOfTheOne()
    {
        var core = Ready().Handle(new AssignReceived(Command(1)), new MakeFileReceived(Make(70)));
        var starts = core.Drain().OfType<StartCommand>().ToList();
        core.Handle(new LinkOpened("m2"));
        Assert.Equal([.. starts.Select(start => start.Call).Order()], core.Drain().OfType<KillCommand>().Select(kill => kill.Call).Order());
        core.Handle([.. starts.Select(Killed)]);
        Assert.DoesNotContain(core.Drain(), effect => effect is Report);
    }
}
