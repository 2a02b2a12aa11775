using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

public sealed class MakeFileTests : IDisposable
{
    private static readonly FileId Made = new(77);

    private readonly FakeManager _manager = new();
    private readonly RunningWorker _worker;

    public MakeFileTests()
    {
        _worker = new RunningWorker(_manager);
        _manager.Join();
    }

    [Fact]
    public void Archive_IsUnpackedOnceItIsHere()
    {
        var archive = OutputFile(0);
        _manager.Send(Command(1, Of("mkdir d; echo -n unpacked >d/f; tar czf archive -C d f").Making("archive")));
        var size = _manager.Receive<Completed>().Outputs.Single().Size;
        var spec = (Of("mkdir -p out && tar xf in -C out") with { Inputs = [new CommandInput("in")] }).Making("out");
        _manager.Send(new MakeFile(Made, 9, spec.ToBytes(), [new FileSize(archive, size)], "", CacheLevel.Task));
        var made = _manager.Receive<Transferred>();
        Assert.Equal((Made, 8L, 9L), (made.File, made.Size, made.Number));
        var reader = Of("cat in/f") with { Inputs = [new CommandInput("in")] };
        Assert.Equal("unpacked", _manager.Run(reader, CacheFile(Made)).Text());
    }

    [Fact]
    public void Command_ThatFails_IsToldWithWhatItWrote()
    {
        _manager.Send(new MakeFile(Made, 9, Of("echo no such thing >&2; exit 3").Making("out").ToBytes(), [], "", CacheLevel.Task));
        var failed = _manager.Receive<TransferFailed>();
        Assert.Equal((9L, TransferFailureKind.NotMade), (failed.Number, failed.Failure));
        Assert.Equal("the command ended with exit code 3; it wrote last:\nno such thing", failed.Reason);
    }

    [Fact]
    public void File_ThatIsReleasedMeanwhile_IsNotMade()
    {
        var slow = Of("sleep 3600").Making("out");
        _manager.Send(
            new MakeFile(Made, 1, slow.ToBytes(), [], "", CacheLevel.Task),
            new MakeFile(new FileId(78), 2, slow.ToBytes(), [], "", CacheLevel.Task),
            new MakeFile(new FileId(79), 3, Of("echo >out").Making("out").ToBytes(), [], "", CacheLevel.Task));
        // Two run at once; the third shows that one of them has ended.
        _manager.Send(new Release([Made]));
        Assert.Equal(new FileId(79), _manager.Receive<Transferred>().File);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
    }
}
