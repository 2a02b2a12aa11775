using System.Diagnostics;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

public class WorkerProcessTests
{
    [Fact]
    public async Task Worker_Welcomed_AnnouncesItselfOnce()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        var hello = manager.Join();
        Assert.Equal(("worker", "w1", 7L, 1, manager.Worker), (hello.Role, hello.Name, hello.Token, hello.Cores, hello.Instance));
        manager.Send(new Shutdown("enough"));
        Assert.Equal(0, await worker.ExitCode());
        Assert.Equal(1, worker.ReadyCount);
    }

    [Fact]
    public void Hello_TellsResources()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(
            manager, options => options with { Resources = new Dictionary<string, long> { ["GPU"] = 2000, ["disk"] = 500 } });
        Assert.Equal([new("GPU", 2000), new("disk", 500)], manager.Join().Resources.OrderBy(r => r.Key));
    }

    [Fact]
    public void Versions_OfTheLibrary_AreToldOnceItIsUpAndByTheNextHello()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        var hello = manager.Join();
        // A machine may be slow enough for the library to be up first.
        var versions = hello.Versions.ContainsKey("python") ? hello.Versions : manager.Receive<Versions>().Components;
        Assert.Equal(["cloudpickle", "daskvine", "dotnet", "implementation", "msgpack", "python"], versions.Keys.Except(["dask", "numpy", "pandas"]).Order());
        manager.CloseDoor();
        Assert.Equal(versions, manager.Join().Versions);
    }

    [Fact]
    public void Call_WithSmallResult_IsReportedWithItsValue()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "math", "factorial"), Call(1, 1, 5));
        Assert.Equal(120, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public async Task Shutdown_DirectoryGone_EndsAllTheSame()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "math", "factorial"), Call(1, 1, 5));
        manager.Receive<Completed>();
        Directory.Delete(worker.CacheParent, recursive: true);
        manager.Send(new Shutdown("enough"));
        Assert.Equal(0, await worker.ExitCode());
    }

    [Fact]
    public void Calls_ManyAndShort_AllComeBackInOneProcess()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send([Function(1, "os", "getpid"), .. Enumerable.Range(1, 5000).Select(i => Call(i, 1))]);
        var processes = new HashSet<long>();
        var tasks = new HashSet<long>();
        for (var i = 0; i < 5000; i++)
        {
            var completed = manager.Receive<Completed>();
            processes.Add(Integer(completed.Value));
            tasks.Add(completed.Task.Value);
        }

        Assert.Equal(5000, tasks.Count);
        Assert.Single(processes);
    }

    [Fact]
    public void Result_Large_StaysHereUntilFetchedAndReleased()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "builtins", "bytes"), Call(1, 1, 3_000_000));
        var completed = manager.Receive<Completed>();
        Assert.Null(completed.Value);
        manager.Send(new Fetch(OutputOf(1)));
        long received = 0;
        while (received < completed.Size)
        {
            var chunk = manager.Receive<Chunk>();
            Assert.Equal((received, completed.Size), (chunk.Offset, chunk.Size));
            received += chunk.Data.Length;
        }

        manager.Send(new Release([OutputOf(1)]), new Fetch(OutputOf(1)));
        Assert.Equal(OutputOf(1), manager.Receive<FileLost>().File);
    }

    [Fact]
    public void File_SentInChunks_IsAnInput()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        // A pickle of three items.
        var value = Encoding.ASCII.GetBytes("(I1\nI2\nI3\nl.").Prepend((byte)2).Prepend((byte)0x80).ToArray();
        var file = new FileSize(new FileId(5), value.Length);
        manager.Send(Function(1, "builtins", "len"), CallOn(1, 1, file));
        manager.Send(new Chunk(file.File, file.Size, 0, value.AsMemory(0, 4)));
        manager.Send(new Chunk(file.File, file.Size, 4, value.AsMemory(4)));
        Assert.Equal(new Transferred(file.File, file.Size, 0, file.Size, 0), manager.Receive<Transferred>());
        Assert.Equal(3, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public void Task_InTasksMode_RunsInASandboxThatIsRemoved()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "os", "getcwd"), Call(1, 1) with { Mode = TaskMode.Tasks }, Call(2, 1));
        var text = Encoding.UTF8.GetString(manager.Receive<Completed>().Value!.Value.Span);
        Assert.Contains("/sandbox-1", text);
        // The slot is free only after the process has ended and its sandbox has gone.
        Assert.DoesNotContain("/sandbox", Encoding.UTF8.GetString(manager.Receive<Completed>().Value!.Value.Span));
        Assert.Empty(Directory.GetDirectories(worker.CacheParent, "sandbox-*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Child_ThatExits_FailsItsCallAndIsReplaced()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "os", "_exit"), Function(2, "math", "factorial"), Call(1, 1, 3), Call(2, 2, 3));
        var failure = manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Equal("the process that ran it ended with exit code 3", failure.Message);
        Assert.Equal(6, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public void Child_KilledBySignal_IsTriedThreeTimes()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "os", "abort"), Call(1, 1));
        var failure = manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Lost, failure.Kind);
        Assert.Contains("signal 6 (SIGABRT), 3 times", failure.Message);
    }

    [Fact]
    public void Call_LongAndCancelled_IsKilled()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "time", "sleep"), Function(2, "math", "factorial"), Call(1, 1, 3600));
        manager.Send(new Cancel([new TaskId(1)]), Call(2, 2, 3));
        Assert.Equal(2, manager.Receive<Completed>().Task.Value);
    }

    [Fact]
    public void Python_Missing_FailsCallsWithWhatTheLogSays()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager, options => options with { Python = "no-such-python" });
        manager.Join();
        manager.Send(Function(1, "math", "factorial"), Call(1, 1, 5));
        var failure = manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Contains("no-such-python", failure.Traceback);
    }

    [Fact]
    public async Task Worker_AtItsEnd_LeavesNoProcessAndNoFile()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "os", "getpid"), Function(2, "os", "getppid"), Call(1, 1), Call(2, 2));
        var child = Integer(manager.Receive<Completed>().Value);
        var library = Integer(manager.Receive<Completed>().Value);
        worker.Cancel();
        Assert.Equal("the test says so", manager.Receive<Goodbye>().Reason);
        Assert.Equal(0, await worker.ExitCode());
        Assert.All([child, library], id => Assert.Throws<ArgumentException>(() => Process.GetProcessById((int)id)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(worker.CacheParent));
    }
}
