using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreChecksTests
{
    private static readonly FileId File5 = new(5);

    [Fact]
    public void Call_ThatCannotLoadADamagedInput_WaitsForItInsteadOfFailing()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        core.Handle(Unloadable(core.Drain().OfType<SendCall>().Single()));
        Assert.Contains(core.Drain(), effect => effect is CheckFiles check && check.Files.SequenceEqual([new FileSize(File5, 10)]));
        core.Handle(new FilesChecked(Attempt(1), [new LostInput(File5, "short")]));
        Assert.Equal([new Report(new FileLost(File5, "short"))], core.Drain());
        core.Handle(new FileArrived(File5, 10));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    [Fact]
    public void Call_ThatCannotLoadAGoodInput_Fails()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        core.Handle(Unloadable(core.Drain().OfType<SendCall>().Single()), new FilesChecked(Attempt(1), []));
        Assert.Equal("no module", core.Drain().OfType<Report>().Select(report => report.Record).OfType<Failed>().Single().Failure.Message);
    }

    [Fact]
    public void Call_ThatCannotLoadAndHasNoFile_FailsAtOnce()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        core.Handle(Unloadable(core.DrainCalls()[0]));
        Assert.IsType<Failed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
    }

    [Fact]
    public void Call_OnAFileThatIsKnownToBeLost_WaitsForItAtOnce()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(new FileUnreadable(File5, "gone"), Unloadable(call));
        Assert.Empty(core.Drain().OfType<CheckFiles>());
        core.Handle(new FileArrived(File5, 10));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    [Fact]
    public void Call_OnAFileThatWasLostAndHasComeAgain_RunsAgain()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        var call = core.Drain().OfType<SendCall>().Single();
        core.Handle(new FileUnreadable(File5, "gone"), new FileArrived(File5, 10));
        core.Drain();
        core.Handle(Unloadable(call));
        var again = core.Drain().OfType<SendCall>().Single();
        core.Handle(Unloadable(again));
        Assert.Single(core.Drain().OfType<CheckFiles>());
    }

    [Fact]
    public void Death_ByABusErrorOnADamagedFile_IsNotCharged()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        for (var i = 0; i < 5; i++)
        {
            Assert.Single(core.Drain().OfType<SendCall>());
            core.Handle(new HostGone(HostId.Child(0), -7, ""), new FilesChecked(Attempt(1), [new LostInput(File5, "short")]));
            core.Pass(TimeSpan.FromSeconds(10)).Handle(new HostUp(HostId.Child(0)));
            Assert.Empty(core.Drain().OfType<SendCall>());
            core.Handle(new FileArrived(File5, 10));
        }
    }

    [Fact]
    public void Death_ByABusErrorOnGoodFiles_IsChargedAsAnyOther()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Single(core.Drain().OfType<SendCall>());
            core.Handle(new HostGone(HostId.Child(0), -7, ""), new FilesChecked(Attempt(1), []));
            core.Pass(TimeSpan.FromSeconds(10)).Handle(new HostUp(HostId.Child(0)));
        }

        Assert.Equal(FailureKind.Lost, core.Drain().OfType<Report>().Select(report => report.Record).OfType<Failed>().Single().Failure.Kind);
    }

    [Fact]
    public void Task_CancelledWhileItsFilesAreChecked_IsGone()
    {
        var core = Ready().Handle(new FileArrived(File5, 10), new AssignReceived(Call(1, files: 5)));
        core.Handle(Unloadable(core.Drain().OfType<SendCall>().Single()), new CancelReceived([new TaskId(1)]));
        core.Drain();
        core.Handle(new FilesChecked(Attempt(1), []));
        core.MustWantNothing();
    }

    private static CallFailed Unloadable(SendCall call) => new(call.Host, call.Call, 10, Failure.Of(FailureKind.Unloadable, "no module"));
}
