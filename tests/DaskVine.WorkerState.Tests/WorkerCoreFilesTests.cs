using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreFilesTests
{
    [Fact]
    public void Task_WithMissingFiles_RunsInItsPlaceWhenTheLastIsHere()
    {
        var core = Ready();
        core.Handle(new AssignReceived(Call(50)));
        var running = core.DrainCalls()[0];
        core.Handle(new AssignReceived(Call(1, files: [5, 6, 5])), new AssignReceived(Call(2)));
        core.Handle(new FileArrived(new FileId(5), 10)).Handle(new FileArrived(new FileId(6), 10));
        Assert.Equal([Here(5), Here(6)], core.Drain());
        core.Handle(Returned(running));
        Assert.Equal([1, 2], core.Drain().OfType<SendCall>().Select(c => (int)c.Task.Task.Value));
    }

    [Fact]
    public void Task_OnTheOutputOfAnother_RunsWithoutTheManager()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)), new AssignReceived(Call(2, files: OutputOf(1).Value)));
        core.Handle(ReturnedFile(core.DrainCalls()[0]));
        Assert.Equal([typeof(KeepOutput), typeof(Report), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Release_OfUnusedFile_DeletesIt()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10));
        core.Drain();
        core.Handle(new ReleaseReceived([new FileId(5), new FileId(6)]));
        Assert.Equal([new DeleteFile(new FileId(5))], core.Drain());
    }

    [Fact]
    public void Release_OfUsedFile_WaitsForTheTask()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new AssignReceived(Call(1, files: [5, 5])));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(new ReleaseReceived([new FileId(5)]));
        core.MustWantNothing();
        core.Handle(Returned(call));
        Assert.Contains(new DeleteFile(new FileId(5)), core.Drain());
    }

    [Fact]
    public void Release_OfFileBeingUploaded_WaitsForItsEnd()
    {
        var file = new FileId(5);
        var core = Ready().Handle(new FileArrived(file, 10), new FetchReceived(file), new ReleaseReceived([file]));
        Assert.Equal([Here(5), new UploadFile(file)], core.Drain());
        Assert.Equal([new DeleteFile(file)], core.Handle(new UploadEnded(file)).Drain());
    }

    [Fact]
    public void Fetch_OfUnknownFile_IsAnsweredLost()
    {
        var core = Ready().Handle(new FetchReceived(new FileId(5)));
        Assert.IsType<FileLost>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
    }

    [Fact]
    public void File_Unreadable_IsLostAndLeavesTheInventory()
    {
        var file = new FileId(5);
        var core = Ready().Handle(new FileArrived(file, 10), new FetchReceived(file), new FileUnreadable(file, "gone"));
        Assert.Equal([Here(5), new UploadFile(file), new Report(new FileLost(file, "gone"))], core.Drain());
        Assert.Empty(Assert.IsType<SayHello>(Assert.Single(core.Handle(new LinkOpened(null)).Drain())).Files);
    }

    [Fact]
    public void File_ThatCannotBeStored_FailsItsWaiters()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: [5, 6, 5])), new FileArrivalFailed(new FileId(5), "disk full"));
        var reports = core.Drain().Cast<Report>().Select(report => report.Record).ToList();
        Assert.Equal(new TransferFailed(new FileId(5), 0, TransferFailureKind.CannotStore, "disk full"), reports[0]);
        var failed = Assert.IsType<Failed>(reports[1]);
        Assert.Equal("an input could not be stored at the worker: disk full", failed.Failure.Message);
    }

    [Fact]
    public void File_ThatCannotBeStoredAndNobodyWaitsFor_IsReported()
    {
        var file = new FileId(5);
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), new RetractReceived([new TaskId(1)]));
        core.Drain();
        core.Handle(new FileArrivalFailed(file, "disk full"));
        Assert.Equal([new Report(new TransferFailed(file, 0, TransferFailureKind.CannotStore, "disk full"))], core.Drain());
    }

    [Fact]
    public void Retract_OfWaitingTask_ForgetsTheFilesItWaitsFor()
    {
        var core = Ready().Handle(new AssignReceived(Call(1, files: 5)), new RetractReceived([new TaskId(1)]));
        core.Drain();
        core.Handle(new FileArrived(new FileId(5), 10));
        Assert.Equal([Here(5)], core.Drain());
    }

    private static Report Here(long file) => new(new Transferred(new FileId(file), 10, 0, 10, 0));
}
