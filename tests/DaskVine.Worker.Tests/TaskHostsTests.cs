using System.Diagnostics;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

public class TaskHostsTests
{
    [Fact]
    public void Tasks_InARow_HaveAProcessAndADirectoryEach()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var processes = Run(manager, "getpid", 1, 6).Select(done => Integer(done.Value));
        var directories = Run(manager, "getcwd", 7, 6).Select(done => Convert.ToHexString(done.Value!.Value.Span));
        Assert.Equal(6, processes.Distinct().Count());
        Assert.Equal(6, directories.Distinct().Count());
    }

    [Fact]
    public void Task_AfterOthers_RunsInTheInterpreterThatWasStartedAhead()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var ahead = StartedAhead(worker, manager);
        Assert.Equal(ahead, Integer(Run(manager, "getpid", 10, 1)[0].Value));
    }

    [Fact]
    public void Interpreter_StartedAheadAndKilled_CostsNoTask()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var ahead = StartedAhead(worker, manager);
        using (var process = Process.GetProcessById((int)ahead))
            process.Kill();
        MustBeGone([$"{ahead}"]);
        Assert.NotEqual(ahead, Integer(Run(manager, "getpid", 10, 1)[0].Value));
    }

    [Fact]
    public void Interpreter_ThatNoTaskFollows_Ends()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        MustBeGone([$"{StartedAhead(worker, manager)}"]);
        Assert.True(SpinWait.SpinUntil(() => Sandboxes(worker).Length == 0, TimeSpan.FromSeconds(30)), "its directory is there");
    }

    [Fact]
    public async Task Worker_AtItsEnd_LeavesNoInterpreterThatWasStartedAhead()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        var ahead = StartedAhead(worker, manager);
        worker.Cancel();
        Assert.Equal(0, await worker.ExitCode());
        MustBeGone([$"{ahead}"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(worker.CacheParent));
    }

    /// <summary>Runs tasks, and returns the process that waits for the next of them.</summary>
    private static long StartedAhead(RunningWorker worker, FakeManager manager)
    {
        var processes = Run(manager, "getpid", 1, 6).Select(done => Integer(done.Value)).ToArray();
        long ahead = 0;
        Assert.True(
            SpinWait.SpinUntil(() => (ahead = TaskProcesses(worker).Except(processes).SingleOrDefault()) != 0, TimeSpan.FromSeconds(30)),
            "none is started ahead");
        return ahead;
    }

    private static Completed[] Run(FakeManager manager, string function, int first, int count)
    {
        manager.Send(Function(first, "os", function));
        manager.Send([.. Enumerable.Range(first, count).Select(task => Call(task, first) with { Mode = TaskMode.Tasks })]);
        return [.. Enumerable.Range(0, count).Select(_ => manager.Receive<Completed>())];
    }

    // Each runs in a directory of its own.
    private static IEnumerable<long> TaskProcesses(RunningWorker worker) =>
        from entry in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(entry)
        where name.All(char.IsAsciiDigit) && DirectoryOf(entry).StartsWith(worker.CacheParent, StringComparison.Ordinal)
        select long.Parse(name);

    private static string DirectoryOf(string process)
    {
        try
        {
            return File.ResolveLinkTarget($"{process}/cwd", returnFinalTarget: false)?.FullName ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours.
            return "";
        }
    }

    private static string[] Sandboxes(RunningWorker worker) =>
        Directory.GetDirectories(worker.CacheParent, "sandbox-*", SearchOption.AllDirectories);
}
