using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.Commands;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreWatchingTests
{
    [Fact]
    public void Outputs_ThatAreWatched_AreReadFromTheirBeginning()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1, outputs: 2)), new MakeFileReceived(Make(70)));
        var effects = core.Drain();
        var call = effects.OfType<StartCommand>().First(start => start.Task.Task.Value == 1).Call;
        Assert.Equal([Read(call, 0, 0), Read(call, 1, 0)], effects.OfType<ReadOutput>());
    }

    [Fact]
    public void Outputs_ThatAreNotWatched_AreNotRead() =>
        Assert.Single(Ready().Handle(new AssignReceived(Command(1, outputs: 2))).Drain());

    [Fact]
    public void Piece_IsSent_AndTheNextIsReadWhenItIsAskedFor()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var read = DrainRead(core);
        var data = new byte[5];
        core.Handle(new OutputRead(read, 0, data));
        Assert.Equal([new Report(new OutputPiece(new TaskId(1), 1, 0, 0, data))], core.Drain());
        core.Handle(Asks(5));
        Assert.Equal([Read(read.Call, 0, 5)], core.Drain());
        core.Handle(new OutputRead(Read(read.Call, 0, 5), 5, data));
        Assert.Equal(5, core.DrainReport<OutputPiece>().Offset);
    }

    [Fact]
    public void Piece_OfAnOutputThatBeganAnew_IsFollowedFromItsEnd()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var read = DrainRead(core);
        core.Handle(new OutputRead(read, 0, new byte[5]), Asks(5));
        var further = DrainRead(core);
        core.Handle(new OutputRead(further, 0, new byte[2]), Asks(5), Asks(2));
        Assert.Equal(2, DrainRead(core).From);
    }

    [Fact]
    public void Request_ThatIsRepeatedOrOfAnotherAttempt_ComesToNothing()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var read = DrainRead(core);
        core.Handle(Asks(0), Asks(5));
        core.MustWantNothing();
        core.Handle(new OutputRead(read, 0, new byte[5]));
        core.Drain();
        core.Handle(Asks(5, attempt: 2), Asks(5, output: 7), Asks(4));
        core.MustWantNothing();
        core.Handle(Asks(5), Asks(5));
        Assert.Single(core.Drain());
    }

    [Fact]
    public void Link_MadeAnew_BeginsAnew()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var first = DrainRead(core);
        core.Handle(new OutputRead(first, 0, new byte[5]), Asks(5));
        var further = DrainRead(core);
        core.Handle(new LinkLost(), new OutputRead(further, 5, new byte[1]));
        core.MustWantNothing();
        core.Handle(new LinkOpened("m1"), new Welcomed("m1"));
        Assert.Equal(first, DrainRead(core));
        // It was on its way when the link was lost.
        core.Handle(new OutputRead(further, 5, new byte[1]), Asks(5));
        core.MustWantNothing();
        core.Handle(new OutputRead(first, 0, new byte[6]));
        Assert.Equal((0, 6), (core.DrainReport<OutputPiece>() is var piece ? piece.Offset : -1, piece.Data.Length));
    }

    [Fact]
    public void Command_ThatIsCancelled_IsFollowedNoMore()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var read = DrainRead(core);
        core.Handle(new CancelReceived([new TaskId(1)]));
        core.Drain();
        core.Handle(new OutputRead(read, 0, new byte[5]), Asks(5));
        core.MustWantNothing();
    }

    [Fact]
    public void Command_ThatHasEnded_IsFollowedNoMore()
    {
        var core = Ready().Handle(new AssignReceived(Watched(1)));
        var effects = core.Drain();
        core.Handle(
            new OutputRead(effects.OfType<ReadOutput>().Single(), 0, new byte[5]), Ended(effects.OfType<StartCommand>().Single(), 5), Asks(5));
        Assert.Empty(core.Drain().OfType<ReadOutput>());
        core.Handle(new LinkOpened("m1"), new Welcomed("m1"));
        Assert.Empty(core.Drain().OfType<ReadOutput>());
    }

    [Fact]
    public void Command_ThatRunsAgainForALostInput_BeginsAnew()
    {
        var core = Ready().Handle(new FileArrived(new FileId(5), 10), new AssignReceived(Watched(1, files: 5)));
        var effects = core.Drain();
        var read = effects.OfType<ReadOutput>().Single();
        core.Handle(new OutputRead(read, 0, new byte[5]), Without(effects.OfType<StartCommand>().Single(), 5), new FileArrived(new FileId(5), 10));
        var again = DrainRead(core);
        Assert.Equal(0, again.From);
        Assert.NotEqual(read.Call, again.Call);
        core.Handle(Asks(5));
        core.MustWantNothing();
    }

    private static FollowReceived Asks(long offset, int output = 0, int attempt = 1) => new(new FollowOutput(new TaskId(1), attempt, output, offset));

    private static ReadOutput Read(long call, int output, long from) => new(call, new TaskAttempt(new TaskId(1), 1), output, from);

    private static ReadOutput DrainRead(CoreHarness core) => Assert.Single(core.Drain().OfType<ReadOutput>());
}
