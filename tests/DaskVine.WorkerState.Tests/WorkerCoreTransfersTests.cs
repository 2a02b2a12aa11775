using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreTransfersTests
{
    private static readonly FileId File5 = new(5);

    [Fact]
    public void Transfer_WhileAllSlotsAreBusy_StartsAtOnce()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        core.Drain();
        core.Handle(Get(1));
        Assert.Equal([new StartTransfer(1, Get(1).Transfer)], core.Drain());
    }

    [Fact]
    public void File_Got_IsKeptReportedAndItsTaskRuns()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), Get(7));
        core.Drain();
        core.Handle(new FileGot(1, File5, 10, 10, 3));
        var effects = core.Drain();
        Assert.Equal([new KeepFile(File5, 10), Report(new Transferred(File5, 10, 7, 10, 3))], effects.Take(2));
        Assert.Equal(1, effects.OfType<SendCall>().Single().Task.Task.Value);
    }

    [Fact]
    public void Transfer_OfAFileThatIsHere_IsAnsweredAtOnceAndKeepsIt()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)), new ReleaseReceived([File5]), Get(7));
        var effects = core.Drain();
        Assert.Contains(Report(new Transferred(File5, 10, 7, 0, 0)), effects);
        core.Handle(Returned(effects.OfType<SendCall>().Single()));
        Assert.DoesNotContain(new DeleteFile(File5), core.Drain());
    }

    [Fact]
    public void Transfer_FromAnotherSource_IsUsedWhenTheFirstFails()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), Get(7), Get(7), Get(8));
        Assert.Single(core.Drain().OfType<StartTransfer>());
        core.Handle(new FileNotGot(1, File5, TransferFailureKind.BrokenOff, "gone"));
        Assert.Equal(
            [Report(new TransferFailed(File5, 7, TransferFailureKind.BrokenOff, "gone")), new StartTransfer(2, Get(8).Transfer)], core.Drain());
        core.Handle(new FileGot(2, File5, 10, 10, 3));
        Assert.Contains(Report(new Transferred(File5, 10, 8, 10, 3)), core.Drain());
    }

    [Fact]
    public void File_GotFromTheFirstOfTwoSources_AnswersBoth()
    {
        var core = Ready().Handle(Get(7), Get(8), new FileGot(1, File5, 10, 10, 3));
        Assert.Equal(
            [Report(new Transferred(File5, 10, 7, 10, 3)), Report(new Transferred(File5, 10, 8, 0, 0))], core.Drain().OfType<Report>());
    }

    [Fact]
    public void Transfer_Failed_LeavesTheTaskWaitingForAnother()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), Get(7), new FileNotGot(1, File5, TransferFailureKind.NotThere, "no"));
        Assert.Equal(
            [new StartTransfer(1, Get(7).Transfer), Report(new TransferFailed(File5, 7, TransferFailureKind.NotThere, "no"))], core.Drain());
        core.Handle(Get(8), new FileGot(2, File5, 10, 10, 3));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    [Fact]
    public void File_ThatCannotBeStored_FailsItsTasksAndIsReported()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), Get(7), new FileNotGot(1, File5, TransferFailureKind.CannotStore, "disk full"));
        var reports = core.Drain().OfType<Report>().Select(report => report.Record).ToList();
        Assert.Equal(new TransferFailed(File5, 7, TransferFailureKind.CannotStore, "disk full"), reports[0]);
        Assert.Equal("an input could not be stored at the worker: disk full", Assert.IsType<Failed>(reports[1]).Failure.Message);
    }

    [Fact]
    public void File_ReleasedOnItsWay_IsAbandonedAndAnEventOfItIsNothing()
    {
        var core = Ready().Handle(Get(7), new ReleaseReceived([File5]));
        Assert.Equal([new StartTransfer(1, Get(7).Transfer), new AbandonTransfer(1, File5)], core.Drain());
        core.Handle(new FileGot(1, File5, 10, 10, 3));
        core.MustWantNothing();
        core.Handle(Get(8));
        Assert.Equal([new StartTransfer(2, Get(8).Transfer)], core.Drain());
    }

    [Fact]
    public void File_MadeWhileItIsOnItsWay_AnswersAndAbandons()
    {
        var output = OutputOf(1);
        var transfer = Get(7).Transfer with { File = output };
        var core = Ready().Handle(new AssignReceived(Call(1)), new TransferReceived(transfer));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(ReturnedFile(call));
        var effects = core.Drain();
        Assert.Contains(new AbandonTransfer(1, output), effects);
        Assert.Contains(Report(new Transferred(output, 100_000, 7, 0, 0)), effects);
    }

    [Fact]
    public void File_SentByTheManager_AnswersItsTransfer()
    {
        var core = Ready().Handle(Sent(7));
        core.MustWantNothing();
        core.Handle(new FileArrived(File5, 10));
        Assert.Equal([Report(new Transferred(File5, 10, 7, 10, 0))], core.Drain());
    }

    [Fact]
    public void File_SentByTheManager_IsNotAwaitedBeyondTheLink()
    {
        var core = Ready().Handle(Sent(7), new LinkLost(), new LinkOpened(null), new Welcomed("m1"), Get(8));
        Assert.Contains(new StartTransfer(1, Get(8).Transfer), core.Drain());
    }

    [Fact]
    public void File_SentAfterAWelcomeThatWasLost_IsSentAnewByTheNextLink()
    {
        var core = Ready().Handle(new LinkLost(), new LinkOpened(null), Sent(7));
        core.Handle(new LinkOpened(null), new Welcomed("m1"), Sent(8));
        core.Drain();
        core.Handle(new FileArrived(File5, 10));
        Assert.Equal([Report(new Transferred(File5, 10, 8, 10, 0))], core.Drain());
    }

    [Fact]
    public void File_GotBetweenHelloAndWelcome_IsToldAfterIt()
    {
        var core = Ready().Handle(Get(7), new LinkLost(), new LinkOpened(null));
        core.Drain();
        core.Handle(new FileGot(1, File5, 10, 10, 3));
        Assert.Equal([new KeepFile(File5, 10)], core.Drain());
        core.Handle(new Welcomed("m1"));
        Assert.Equal([Report(new Transferred(File5, 10, 7, 10, 3))], core.Drain());
    }

    [Fact]
    public void File_GotBeforeTheHello_IsInTheInventoryAlone()
    {
        var core = Ready().Handle(Get(7), new LinkLost(), new FileGot(1, File5, 10, 10, 3), new LinkOpened(null), new Welcomed("m1"));
        var effects = core.Drain();
        Assert.Equal([new FileSize(File5, 10)], effects.OfType<SayHello>().Single().Files);
        Assert.Empty(effects.OfType<Report>());
    }

    [Fact]
    public void Part_LeftWhileThereIsNoLink_IsToldAfterTheWelcome()
    {
        var core = Ready().Handle(Get(7), new LinkLost(), BrokenOff(1), new LinkOpened(null), new Welcomed("m1"));
        Assert.Contains(Report(new TransferFailed(File5, 7, TransferFailureKind.BrokenOff, "gone")), core.Drain());
        core.Handle(new ReleaseReceived([File5]));
        Assert.Equal([new DropPart(File5)], core.Drain());
    }

    [Fact]
    public void Part_ThatWasToldToTheLastLink_IsToldAgain()
    {
        var core = Ready().Handle(Get(7), BrokenOff(1));
        core.Drain();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m1"));
        Assert.Contains(Report(new TransferFailed(File5, 7, TransferFailureKind.BrokenOff, "gone")), core.Drain());
    }

    [Fact]
    public void Part_ThatATransferGoesOnWith_IsNotToldNorDropped()
    {
        var core = Ready().Handle(Get(7), BrokenOff(1), Get(8));
        core.Drain();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m1"));
        Assert.Empty(core.Drain().OfType<Report>());
        core.Handle(new FileGot(2, File5, 10, 10, 3));
        Assert.DoesNotContain(new DropPart(File5), core.Drain());
    }

    [Fact]
    public void Part_OfAFileThatTheManagerSends_IsDropped()
    {
        var core = Ready().Handle(Get(7), BrokenOff(1));
        core.Drain();
        core.Handle(Sent(8));
        Assert.Equal([new DropPart(File5)], core.Drain());
    }

    [Fact]
    public void Part_OfAFileThatIsMadeHere_IsDropped()
    {
        var core = Ready().Handle(Get(7), BrokenOff(1));
        core.Drain();
        core.Handle(new FileArrived(File5, 10));
        Assert.Contains(new DropPart(File5), core.Drain());
    }

    private static FileNotGot BrokenOff(long attempt) => new(attempt, File5, TransferFailureKind.BrokenOff, "gone");

    [Fact]
    public void Manager_Another_StopsAllTransfers()
    {
        var core = Ready().Handle(Get(7), new LinkLost(), new LinkOpened("m2"));
        Assert.Contains(new DeleteAllFiles(), core.Drain());
        core.Handle(new FileGot(1, File5, 10, 10, 3));
        core.MustWantNothing();
    }

    [Fact]
    public void File_WithANameAndALevel_GetsItsNameOnce()
    {
        var named = new TransferReceived(Get(7).Transfer with { Name = "content", Level = CacheLevel.Worker });
        var core = Ready().Handle(named, new FileGot(1, File5, 10, 10, 3));
        Assert.Contains(new NameFile(File5, "content", CacheLevel.Worker), core.Drain());
        core.Handle(new ReleaseReceived([File5]));
        Assert.Equal([new DeleteFile(File5)], core.Drain());
        core.Handle(new TransferReceived(named.Transfer with { File = new FileId(6), Number = 8 }), new FileGot(2, new FileId(6), 10, 0, 3, ByName: true));
        Assert.Empty(core.Drain().OfType<NameFile>());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("../up")]
    [InlineData("a/b")]
    public void Name_ThatIsNone_IsIgnored(string name)
    {
        var core = Ready().Handle(new TransferReceived(Get(7).Transfer with { Name = name, Level = CacheLevel.Forever }), new FileGot(1, File5, 10, 10, 3));
        var effects = core.Drain();
        Assert.Equal("", effects.OfType<StartTransfer>().Single().Transfer.Name);
        Assert.Empty(effects.OfType<NameFile>());
    }

    private static TransferReceived Get(long number) => new(new Transfer(File5, 10, number, "tcp://a:1", "t", "", "", CacheLevel.Task));

    private static TransferReceived Sent(long number) => new(new Transfer(File5, 10, number, "", "", "", "", CacheLevel.Task));

    private static Report Report(Protocol.Records.Record record) => new(record);
}
