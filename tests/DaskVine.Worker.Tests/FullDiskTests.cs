using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>What the file system refuses costs an attempt, never the worker.</summary>
public class FullDiskTests
{
    [Fact]
    public void Sandbox_ThatCannotBeMade_IsTriedAgain()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        Occupy(worker, "sandbox-1", "sandbox-2");
        manager.Send(Function(1, "os", "getpid"), Call(1, 1) with { Mode = TaskMode.Tasks });
        Assert.NotNull(manager.Receive<Completed>().Value);
    }

    [Fact]
    public void Sandbox_ThatCanNeverBeMade_FailsTheTaskAndNotTheWorker()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        Occupy(worker, "sandbox-1", "sandbox-2", "sandbox-3");
        manager.Send(Function(1, "os", "getpid"), Call(1, 1) with { Mode = TaskMode.Tasks });
        var failure = manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Contains("no process could be started for it, 3 times", failure.Message, StringComparison.Ordinal);
        Assert.Contains("sandbox-3", failure.Message, StringComparison.Ordinal);
        manager.Send(Call(2, 1) with { Mode = TaskMode.Tasks }, Call(3, 1));
        Assert.Equal([2, 3], new[] { manager.Receive<Completed>(), manager.Receive<Completed>() }.Select(done => done.Task.Value).Order());
    }

    [Fact]
    public void RunDirectory_ThatIsGone_FailsWhatIsAssignedAndNotTheWorker()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "os", "getpid"), Call(1, 1));
        manager.Receive<Completed>();
        Directory.Delete(RunOf(worker), recursive: true);
        manager.Send(Call(2, 1) with { Mode = TaskMode.Tasks });
        Assert.Equal(FailureKind.Died, manager.Receive<Failed>().Failure.Kind);
        manager.Send(Call(3, 1));
        manager.Receive<Completed>();
    }

    // A file where a directory is to be made.
    private static void Occupy(RunningWorker worker, params string[] names)
    {
        var cache = Directory.EnumerateDirectories(RunOf(worker), "daskvine-*").Single();
        foreach (var name in names)
            File.WriteAllText($"{cache}/{name}", "");
    }

    private static string RunOf(RunningWorker worker) => Directory.EnumerateDirectories(worker.CacheParent, "daskvine-*").Single();
}
