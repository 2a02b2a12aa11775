using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreSpaceTests
{
    [Fact]
    public void Transfer_WithoutRoom_EvictsNamesThenReplicasThenOwn()
    {
        var core = Ready(disk: 1000);
        core.Handle(new NamedFilesFound([new NamedFile("old", 100)]), Get(1, 200), new FileGot(1, new FileId(1), 200, 200, 1));
        Made(core, 2, 300);
        Got(core, 3, 200);
        core.Drain();
        core.Handle(Get(4, 300));
        Assert.Equal([new DeleteNamed("old")], Deleted(core));
        core.Handle(Get(5, 100));
        Assert.Equal([new DeleteFile(new FileId(1))], Deleted(core));
        core.Handle(Get(6, 400));
        Assert.Equal([new DeleteFile(new FileId(3)), new DeleteFile(OutputOf(2))], Deleted(core));
    }

    [Fact]
    public void File_Evicted_IsReportedLost()
    {
        var core = Ready(disk: 1000);
        Got(core, 1, 600);
        core.Drain();
        core.Handle(Get(2, 600));
        Assert.Contains(new Report(new FileLost(new FileId(1), "evicted: the worker's disk limit of 1000 bytes")), core.Drain());
    }

    [Fact]
    public void File_InUse_IsNotEvictedAndATransferWaitsForItsTask()
    {
        var core = Ready(disk: 1000);
        Got(core, 1, 600);
        core.Handle(new AssignReceived(Call(9, files: 1)));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(Get(2, 600));
        core.MustWantNothing();
        core.Handle(Returned(call));
        Assert.Equal([new DeleteFile(new FileId(1))], core.Drain().OfType<DeleteFile>());
    }

    [Fact]
    public void Transfer_ThatWaitsForRoomAndIsReleased_IsForgotten()
    {
        var core = Ready(disk: 1000);
        Got(core, 1, 600);
        core.Handle(new AssignReceived(Call(9, files: 1)));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(Get(2, 600), new ReleaseReceived([new FileId(2)]), Returned(call));
        Assert.Empty(core.Drain().OfType<StartTransfer>());
    }

    [Fact]
    public void Transfer_WhenNothingCanMakeRoom_IsRefusedWithTheReason()
    {
        var core = Ready(disk: 1000);
        core.Handle(new AssignReceived(Call(1, files: [1, 2])));
        Got(core, 1, 600);
        core.Drain();
        core.Handle(Get(2, 600));
        var reports = core.Drain().OfType<Report>().Select(report => report.Record).ToList();
        var refused = Assert.IsType<TransferFailed>(reports[0]);
        Assert.Equal(TransferFailureKind.CannotStore, refused.Failure);
        Assert.Contains("may hold 1000 bytes (--disk), and 600 are in use", refused.Reason);
        Assert.IsType<Failed>(reports[1]);
    }

    [Fact]
    public void Transfer_LargerThanTheLimit_IsRefusedAndNothingIsEvicted()
    {
        var core = Ready(disk: 1000);
        Got(core, 1, 600);
        core.Drain();
        core.Handle(Get(2, 1001));
        Assert.IsType<TransferFailed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
    }

    [Fact]
    public void Output_OverTheLimit_IsKeptAndToldOnce()
    {
        var core = Ready(disk: 1000);
        Made(core, 1, 2000);
        Assert.Contains("2000 bytes, more than its limit of 1000 (--disk)", core.Drain().OfType<WriteLog>().Single().Text);
        Made(core, 2, 2000);
        var effects = core.Drain();
        Assert.Equal([new DeleteFile(OutputOf(1))], effects.OfType<DeleteFile>());
        Assert.Empty(effects.OfType<WriteLog>());
    }

    [Fact]
    public void File_ReadInPlace_TakesNoRoomAndStays()
    {
        var core = Ready(disk: 1000);
        var shared = new Transfer(new FileId(1), 5000, 1, "shared:/data", "", "", "", CacheLevel.Task);
        core.Handle(new TransferReceived(shared), new FileGot(1, new FileId(1), 5000, 0, 1));
        core.Drain();
        core.Handle(Get(2, 1000));
        Assert.Equal([typeof(StartTransfer)], core.Drain().Select(effect => effect.GetType()));
    }

    [Fact]
    public void Name_OfAFileThatIsUsed_StaysUntilItIsNot()
    {
        var core = Ready(disk: 1000);
        core.Handle(new TransferReceived(Get(1, 600).Transfer with { Name = "n", Level = CacheLevel.Worker }), new FileGot(1, new FileId(1), 600, 600, 1));
        core.Handle(new AssignReceived(Call(9, files: 1)));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(Get(2, 600));
        core.MustWantNothing();
        core.Handle(Returned(call));
        Assert.Equal([new DeleteFile(new FileId(1)), new DeleteNamed("n")], Deleted(core));
    }

    [Fact]
    public void Name_Lost_LeavesItsFileInTheCache()
    {
        var core = Ready(disk: 1000);
        core.Handle(new TransferReceived(Get(1, 600).Transfer with { Name = "n", Level = CacheLevel.Worker }), new FileGot(1, new FileId(1), 600, 600, 1));
        core.Drain();
        core.Handle(new NameLost("n"), Get(2, 600));
        Assert.Equal([new DeleteFile(new FileId(1))], Deleted(core));
    }

    [Fact]
    public void Room_OfAFailedTransfer_IsFree()
    {
        var core = Ready(disk: 1000).Handle(Get(1, 600), new FileNotGot(1, new FileId(1), TransferFailureKind.BrokenOff, ""), Get(2, 600));
        Assert.Equal(2, core.Drain().OfType<StartTransfer>().Count());
    }

    private static TransferReceived Get(long file, long size) =>
        new(new Transfer(new FileId(file), size, file, "tcp://a:1", "t", "", "", CacheLevel.Task));

    private static void Got(CoreHarness core, long file, long size)
    {
        core.Handle(Get(file, size));
        var attempt = core.Drain().OfType<StartTransfer>().Single().Attempt;
        core.Handle(new FileGot(attempt, new FileId(file), size, size, 1));
    }

    private static void Made(CoreHarness core, long task, long size)
    {
        core.Handle(new AssignReceived(Call(task)));
        core.Handle(ReturnedFile(core.Drain().OfType<SendCall>().Single(), size));
    }

    private static WorkerEffect[] Deleted(CoreHarness core) => [.. core.Drain().Where(effect => effect is DeleteFile or DeleteNamed)];
}
