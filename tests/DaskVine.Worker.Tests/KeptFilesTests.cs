using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>What workers keep by name, what they lose, and what they have no room for.</summary>
public sealed class KeptFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void File_WithAName_IsTakenByItLater()
    {
        using var workers = new TwoWorkers();
        workers.Second.Send(workers.From(7, name: "content", level: CacheLevel.Worker));
        Assert.Equal(workers.Made.Size, workers.Second.Receive<Transferred>().Bytes);
        var other = workers.From(8, name: "content") with { File = new FileId(77), Address = "tcp://127.0.0.1:1" };
        workers.Second.Send(new Release([workers.Made.File]), other);
        Assert.Equal((77, 8, 0), Summary(workers.Second.Receive<Transferred>()));
        workers.Second.Send(CallOn(1, 1, new FileSize(other.File, other.Size)));
        Assert.Equal(TwoWorkers.Length, Integer(workers.Second.Receive<Completed>().Value));
    }

    [Fact]
    public async Task File_KeptForEver_IsThereForTheNextWorker()
    {
        string forever;
        using (var workers = new TwoWorkers(change: Here))
        {
            workers.Second.Send(workers.From(7, name: "content", level: CacheLevel.Forever));
            workers.Second.Receive<Transferred>();
            forever = Path.Combine(_directory.Path, "daskvine-forever", "content");
            await Appears(forever);
        }

        using var manager = new FakeManager();
        using (new RunningWorker(manager, Here))
        {
            manager.Join();
            manager.Send(Named(77, 3));
            Assert.Equal((77, 3, 0), Summary(manager.Receive<Transferred>()));
        }

        // One byte is not what it was.
        using (var file = File.OpenWrite(forever))
            file.WriteByte(1);
        using var another = new FakeManager();
        using var last = new RunningWorker(another, Here);
        another.Join();
        another.Send(Named(78, 4));
        Assert.Equal(TransferFailureKind.Unreachable, another.Receive<TransferFailed>().Failure);
        Assert.False(File.Exists(forever));
    }

    [Fact]
    public void File_SharedByAll_IsReadInPlace()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var path = Path.Combine(_directory.Path, "shared");
        // A pickle of three items.
        File.WriteAllBytes(path, [0x80, 2, .. "(I1\nI2\nI3\nl."u8]);
        var size = new FileInfo(path).Length;
        manager.Send(Function(1, "builtins", "len"), new Transfer(new FileId(5), size, 1, $"shared:{path}", "", "", "", CacheLevel.Task));
        Assert.Equal(new Transferred(new FileId(5), size, 1, 0, 0), manager.Receive<Transferred>() with { DurationUs = 0 });
        manager.Send(CallOn(1, 1, new FileSize(new FileId(5), size)), new Release([new FileId(5)]));
        Assert.Equal(3, Integer(manager.Receive<Completed>().Value));
        manager.Send(new Transfer(new FileId(6), 99, 2, $"shared:{path}", "", "", "", CacheLevel.Task));
        Assert.Contains("bytes at this worker instead of 99", manager.Receive<TransferFailed>().Reason);
        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Input_ThatIsGoneOrTruncated_IsLostAndTheTaskRunsWhenItIsBack(bool gone)
    {
        using var workers = new TwoWorkers();
        workers.Second.Send(workers.From(7));
        workers.Second.Receive<Transferred>();
        var path = Path.Combine(workers.Target!.Directory, $"file-{workers.Made.File.Value}");
        if (gone)
            File.Delete(path);
        else
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        workers.Second.Send(CallOn(1, 1, workers.Made));
        Assert.Equal(workers.Made.File, workers.Second.Receive<FileLost>().File);
        workers.Second.Send(workers.From(8));
        Assert.Equal(workers.Made.Size, workers.Second.Receive<Transferred>().Bytes);
        Assert.Equal(TwoWorkers.Length, Integer(workers.Second.Receive<Completed>().Value));
    }

    [Fact]
    public void File_TruncatedAtItsSource_IsNotGivenOut()
    {
        using var workers = new TwoWorkers();
        File.WriteAllBytes(Path.Combine(workers.Source!.Directory, $"file-{workers.Made.File.Value}"), new byte[10]);
        workers.Second.Send(workers.From(7, workers.Source.Directory));
        Assert.Equal(TransferFailureKind.NotThere, workers.Second.Receive<TransferFailed>().Failure);
    }

    [Fact]
    public void Disk_Full_IsReportedAndTheWorkerGoesOn()
    {
        using var workers = new TwoWorkers();
        File.CreateSymbolicLink(Path.Combine(workers.Target!.Directory, "got-1"), "/dev/full");
        workers.Second.Send(workers.From(7));
        var failed = workers.Second.Receive<TransferFailed>();
        Assert.Equal((7L, TransferFailureKind.CannotStore), (failed.Number, failed.Failure));
        workers.Second.Send(workers.From(8));
        Assert.Equal(workers.Made.Size, workers.Second.Receive<Transferred>().Bytes);
    }

    [Fact]
    public void Disk_Limited_IsToldAndEvicts()
    {
        using var workers = new TwoWorkers(change: options => options with { Disk = 4_000_000 });
        workers.Second.Send(workers.From(7));
        workers.Second.Receive<Transferred>();
        workers.Second.Send(Function(2, "builtins", "bytes"), Call(2, 2, 2_000_000));
        Assert.Null(workers.Second.Receive<Completed>().Value);
        Assert.Contains("the worker's disk limit of 4000000 bytes", workers.Second.Receive<FileLost>().Reason);
    }

    [Fact]
    public void Hello_TellsLimits()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager, options => options with { Disk = 5000, Memory = 6000 });
        var hello = manager.Join();
        Assert.Equal((5000, 6000), (hello.Disk, hello.Memory));
    }

    public void Dispose() => _directory.Dispose();

    private static (long File, long Number, long Bytes) Summary(Transferred done) => (done.File.Value, done.Number, done.Bytes);

    private static Transfer Named(long file, long number) =>
        new(new FileId(file), 0, number, "tcp://127.0.0.1:1", "t", "", "content", CacheLevel.Task);

    private WorkerOptions Here(WorkerOptions options) => options with { CacheDirectory = _directory.Path };

    // It is put there in the background, and nobody is told.
    private static async Task Appears(string path)
    {
        var appeared = new TaskCompletionSource();
        var parent = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(parent);
        using var watcher = new FileSystemWatcher(parent) { EnableRaisingEvents = true };
        watcher.Created += (_, e) =>
        {
            if (e.FullPath == path)
                appeared.TrySetResult();
        };
        if (!File.Exists(path))
            await appeared.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
