using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.Commands;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreMakersTests
{
    private static readonly FileId Made = new(70);

    [Fact]
    public void File_ThatIsMade_IsToldAndThereForTasks()
    {
        var core = Ready().Handle(new AssignReceived(Command(1, files: 70)), new MakeFileReceived(Make(70, number: 3)));
        var start = core.DrainStart();
        core.Handle(Ended(start, 7));
        var effects = core.Drain();
        Assert.Contains(new KeepOutput(start.Call + 1, Made, 7), effects);
        Assert.Contains(new DropOutput(start.Call), effects);
        Assert.Contains(new Report(new Transferred(Made, 7, 3, 7, 5)), effects);
        Assert.Equal(1, effects.OfType<StartCommand>().Single().Task.Task.Value);
    }

    [Fact]
    public void Maker_RunsBesideFullSlots()
    {
        var core = Ready().Handle(new AssignReceived(Command(1)));
        core.DrainStart();
        core.Handle(new MakeFileReceived(Make(70)));
        core.DrainStart();
    }

    [Fact]
    public void Makers_RunTwoAtATime()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70)), new MakeFileReceived(Make(71)), new MakeFileReceived(Make(72)));
        var starts = core.Drain().OfType<StartCommand>().ToList();
        Assert.Equal(2, starts.Count);
        core.Handle(Ended(starts[0], 7));
        core.DrainStart();
    }

    [Fact]
    public void Maker_WaitsForItsInputs()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, files: 5)));
        core.MustWantNothing();
        core.Handle(new FileArrived(new FileId(5), 10));
        core.DrainStart();
    }

    [Fact]
    public void Maker_WithoutItsInput_ReportsItLostAndWaitsForIt()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new MakeFileReceived(Make(70, files: 5)));
        core.Handle(Without(core.DrainStart(), 5));
        Assert.Equal(new FileId(5), core.DrainReport<FileLost>().File);
        core.Handle(new FileArrived(new FileId(5), 10));
        core.DrainStart();
    }

    [Fact]
    public void Maker_WhoseInputCannotBeStored_Fails()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, files: 5)), new FileArrivalFailed(new FileId(5), "disk full"));
        var failed = core.Drain().OfType<Report>().Select(r => r.Record).OfType<TransferFailed>().Single(f => f.File == Made);
        Assert.Contains("disk full", failed.Reason);
    }

    [Fact]
    public void Maker_ThatFails_IsToldWithItsExitCodeAndLastWords()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, number: 3)));
        core.Handle(EndedWith(core.DrainStart(), 2, 7));
        Assert.Equal(
            new TransferFailed(Made, 3, TransferFailureKind.NotMade, "the command ended with exit code 2; it wrote last:\nits last words"),
            core.DrainReport<TransferFailed>());
    }

    [Fact]
    public void Maker_WithoutItsOutput_Fails()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70)));
        core.Handle(Ended(core.DrainStart(), [null]));
        Assert.StartsWith("its output is missing", core.DrainReport<TransferFailed>().Reason);
    }

    [Fact]
    public void Maker_Malformed_Fails()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70) with { Body = Command(1, outputs: 2).Body }));
        Assert.Equal("a command names 0 inputs and 2 outputs, and comes with 0 and 1", core.DrainReport<TransferFailed>().Reason);
    }

    [Fact]
    public void File_ThatIsHereAlready_IsNotMade()
    {
        var core = Ready().Handle(new FileArrived(Made, 10));
        core.Drain();
        core.Handle(new MakeFileReceived(Make(70, number: 3)));
        Assert.Equal([new Report(new Transferred(Made, 10, 3, 0, 0))], core.Drain());
    }

    [Fact]
    public void File_AskedForTwice_IsMadeOnceAndAnsweredToTheLast()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, number: 3)));
        var start = core.DrainStart();
        core.Handle(new MakeFileReceived(Make(70, number: 4)));
        core.MustWantNothing();
        core.Handle(Ended(start, 7));
        Assert.Equal(4, core.DrainReport<Transferred>().Number);
    }

    [Fact]
    public void Release_OfAFileBeingMade_KillsItsMaker()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70)));
        var start = core.DrainStart();
        core.Handle(new ReleaseReceived([Made]));
        Assert.Equal([new KillCommand(start.Call)], core.Drain());
        // It is wanted again before that has ended.
        core.Handle(new MakeFileReceived(Make(70)));
        var again = core.DrainStart();
        core.Handle(Killed(start));
        Assert.Equal([new DropOutput(start.Call), new DropOutput(start.Call + 1)], core.Drain());
        core.Handle(Ended(again, 7));
        core.DrainReport<Transferred>();
    }

    [Fact]
    public void Release_OfAFileThatWaitsToBeMade_ForgetsIt()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, files: 5)), new ReleaseReceived([Made]), new FileArrived(new FileId(5), 10));
        Assert.DoesNotContain(core.Drain(), effect => effect is StartCommand);
    }

    [Fact]
    public void File_AskedForAfterItsRelease_StaysWhenItsUserEnds()
    {
        var core = Ready().Handle(new FileArrived(Made, 10), new AssignReceived(Command(1, files: 70)));
        var start = core.DrainStart();
        core.Handle(new ReleaseReceived([Made]), new MakeFileReceived(Make(70, number: 3)));
        Assert.Equal(3, core.DrainReport<Transferred>().Number);
        core.Handle(Ended(start));
        Assert.DoesNotContain(new DeleteFile(Made), core.Drain());
    }

    [Fact]
    public void Maker_ThatWaits_IsForgottenWithItsLink()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new MakeFileReceived(Make(70, files: [5, 6])));
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m1"), new ReleaseReceived([new FileId(5)]));
        Assert.Contains(new DeleteFile(new FileId(5)), core.Drain());
    }

    [Fact]
    public void Maker_OfALinkThatIsGone_DoesNotWaitForALostInput()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new MakeFileReceived(Make(70, files: 5)));
        var start = core.DrainStart();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m1"), Without(start, 5), new FileArrived(new FileId(5), 10));
        Assert.DoesNotContain(core.Drain(), effect => effect is StartCommand);
    }

    [Fact]
    public void Maker_OfALinkThatIsGone_AnswersWhoAsksAgain()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70, number: 3)));
        var start = core.DrainStart();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m1"), new MakeFileReceived(Make(70, number: 4)));
        core.Drain();
        core.Handle(Ended(start, 7));
        Assert.Equal(4, core.DrainReport<Transferred>().Number);
    }

    [Fact]
    public void File_MadeWithoutALink_IsInTheInventory()
    {
        var core = Ready().Handle(new MakeFileReceived(Make(70)));
        var start = core.DrainStart();
        core.Handle(new LinkLost(), Ended(start, 7));
        core.Drain();
        core.Handle(new LinkOpened("m1"));
        Assert.Equal([new FileSize(Made, 7)], core.Drain().OfType<SayHello>().Single().Files);
    }
}
