using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

public class TransferTests
{
    [Fact]
    public void File_OfAWorkerOfTheMachine_IsLinked()
    {
        using var workers = new TwoWorkers();
        Assert.NotEqual("", workers.Source!.Host);
        Assert.Equal(workers.Source.Host, workers.Target!.Host);
        workers.Second.Send(workers.From(7, workers.Source.Directory));
        var done = workers.Second.Receive<Transferred>();
        Assert.Equal((workers.Made.File, workers.Made.Size, 7L, 0L), (done.File, done.Size, done.Number, done.Bytes));
        Assert.Equal(TwoWorkers.Length, workers.LengthAtSecond());
    }

    [Theory]
    [InlineData(false, "ipc:///")]
    [InlineData(true, "tcp://127.0.0.1:")]
    public void File_OfAnotherWorker_ComesBySocket(bool tcp, string scheme)
    {
        using var workers = new TwoWorkers(tcp);
        Assert.StartsWith(scheme, workers.Source!.Address);
        workers.Second.Send(workers.From(7));
        var done = workers.Second.Receive<Transferred>();
        Assert.Equal((workers.Made.Size, 7L, workers.Made.Size), (done.Size, done.Number, done.Bytes));
        Assert.Equal(TwoWorkers.Length, workers.LengthAtSecond());
    }

    [Fact]
    public void File_ThatCannotBeLinked_ComesBySocket()
    {
        using var workers = new TwoWorkers();
        workers.Second.Send(workers.From(7, "/nowhere"));
        Assert.Equal(workers.Made.Size, workers.Second.Receive<Transferred>().Bytes);
    }

    [Fact]
    public void File_ThatIsHere_IsAnsweredAtOnce()
    {
        using var workers = new TwoWorkers();
        workers.Second.Send(workers.From(7));
        workers.Second.Receive<Transferred>();
        workers.Second.Send(workers.From(8));
        Assert.Equal(new Transferred(workers.Made.File, workers.Made.Size, 8, 0, 0), workers.Second.Receive<Transferred>());
    }

    [Fact]
    public async Task File_OfAWorkerThatIsGone_FailsAndTheTaskWaitsForAnother()
    {
        using var workers = new TwoWorkers();
        await workers.EndFirst();
        workers.Second.Send(CallOn(1, 1, new FileSize(OutputOf(1), 17)), workers.From(7));
        var failed = workers.Second.Receive<TransferFailed>();
        Assert.Equal((7L, TransferFailureKind.Unreachable), (failed.Number, failed.Failure));
        // A pickle of three items.
        byte[] value = [0x80, 2, .. "(I1\nI2\nI3\nl."u8];
        workers.Second.Send(
            new Transfer(workers.Made.File, value.Length, 8, "", "", "", "", CacheLevel.Task),
            new Chunk(workers.Made.File, value.Length, 0, value));
        Assert.Equal(8, workers.Second.Receive<Transferred>().Number);
        Assert.Equal(3, Integer(workers.Second.Receive<Completed>().Value));
    }

    [Fact]
    public void File_TheSourceDoesNotHave_IsNotThere()
    {
        using var workers = new TwoWorkers();
        workers.First.Send(new Release([workers.Made.File]), new Fetch(workers.Made.File));
        workers.First.Receive<FileLost>();
        workers.Second.Send(workers.From(7, workers.Source!.Directory));
        Assert.Equal(TransferFailureKind.NotThere, workers.Second.Receive<TransferFailed>().Failure);
    }

    [Fact]
    public void Token_Wrong_IsRefused()
    {
        using var workers = new TwoWorkers();
        workers.Second.Send(workers.From(7) with { Token = "guess" });
        Assert.Equal(TransferFailureKind.Unreachable, workers.Second.Receive<TransferFailed>().Failure);
    }

    [Fact]
    public void Workers_WithoutPeerTransfers_HaveNoAddress()
    {
        using var workers = new TwoWorkers(change: options => options with { PeerTransfers = false });
        Assert.Null(workers.Source);
    }

    [Fact]
    public void Workers_WithoutHardLinks_HaveNoHost()
    {
        using var workers = new TwoWorkers(change: options => options with { HardLinks = false });
        Assert.Equal("", workers.Source!.Host);
        workers.Second.Send(workers.From(7, workers.Source.Directory));
        Assert.Equal(workers.Made.Size, workers.Second.Receive<Transferred>().Bytes);
    }
}
