using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

public class ManagerSessionTests
{
    [Fact]
    public void Door_Closed_IsKnockedAtAgainWithTheInventory()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "builtins", "bytes"), Call(1, 1, 100_000));
        var size = manager.Receive<Completed>().Size;
        manager.CloseDoor();
        var hello = manager.Join();
        Assert.Equal([new FileSize(OutputOf(1), size)], hello.Files);
        // Acknowledgements ride on messages, and none was due: the report is made again.
        Assert.Equal([new TaskAttempt(new TaskId(1), 1)], hello.Tasks);
        Assert.Equal(1, manager.Receive<Completed>().Task.Value);
    }

    [Fact]
    public void Manager_Another_FindsAnEmptyWorker()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "builtins", "bytes"), Call(1, 1, 100_000));
        manager.Receive<Completed>();
        manager.CloseDoor();
        manager.Instance = "m2";
        manager.Join();
        manager.Send(new Fetch(OutputOf(1)), Function(1, "math", "factorial"), Call(1, 1, 5));
        manager.Receive<FileLost>();
        Assert.Equal(120, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public void Rehello_FromTheManager_MakesALinkOfAnotherEpoch()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var epoch = manager.Epoch;
        manager.SendUnlinked(new Rehello("a message before this one was lost"));
        manager.Welcome();
        Assert.NotEqual(epoch, manager.Epoch);
        manager.Send(Function(1, "math", "factorial"), Call(1, 1, 5));
        Assert.Equal(120, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public async Task Refusal_OfTheHello_EndsTheWorkerWithItsReason()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.OpenDoor();
        manager.AwaitHello();
        manager.SendUnlinked(new Refuse("another release"));
        Assert.Equal(1, await worker.ExitCode());
        Assert.Contains("refused this worker: another release", worker.Failure);
    }

    [Fact]
    public async Task Bytes_Malformed_BeginTheLinkAnewAndThenEndTheWorker()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.SendBytes(new byte[] { 0xc1 });
        manager.Welcome();
        manager.SendBytes(new byte[] { 0x95, 1 });
        manager.Welcome();
        manager.SendBytes(ReadOnlyMemory<byte>.Empty);
        Assert.Equal(1, await worker.ExitCode());
        Assert.Contains("keeps sending what is not of the protocol", worker.Failure);
    }

    [Fact]
    public void Heartbeat_OfAManagerWhoseLastMessageWasLost_BeginsTheLinkAnew()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.SendUnsequenced(new Heartbeat(1));
        Assert.Empty(manager.Welcome().Files);
    }

    [Fact]
    public void Chunk_OutOfOrder_BeginsTheLinkAnew()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(new Chunk(new FileId(5), 10, 5, new byte[5]));
        Assert.Empty(manager.Welcome().Files);
    }

    [Fact]
    public async Task Manager_NeverThere_EndsTheWorkerWithWhatWasTried()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager, options => options with
        {
            ManagerAddress = Protocol.Door.DoorAddress.Parse("ipc:///tmp/daskvine-no-such-door"),
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
        });
        Assert.Equal(1, await worker.ExitCode());
        Assert.Contains("no manager could be reached at ipc:///tmp/daskvine-no-such-door; the last attempt: ", worker.Failure);
    }

    [Fact]
    public async Task Manager_GoneForGood_EndsTheWorkerAfterItsPatience()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager, options => options with { ManagerTimeout = TimeSpan.Zero });
        manager.Join();
        manager.Send(Function(1, "math", "factorial"), Call(1, 1, 5));
        manager.Receive<Completed>();
        manager.Dispose();
        Assert.Equal(1, await worker.ExitCode());
    }
}
