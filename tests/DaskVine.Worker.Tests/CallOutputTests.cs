using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>What calls write: told with their results when that is wanted, and when their process dies.</summary>
public class CallOutputTests
{
    private static readonly FunctionCode Exec = Function(1, "builtins", "exec");

    [Theory]
    [InlineData(TaskMode.FunctionCalls)]
    [InlineData(TaskMode.Tasks)]
    public void Output_OfACallThatIsToTell_IsOfThatCall(TaskMode mode)
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(
            Exec,
            Call(1, 1, "print('untold')") with { Mode = mode },
            Call(2, 1, "import sys; print('out'); print('error', file=sys.stderr)") with { Mode = mode, Capture = true },
            Call(3, 1, "print('before'); 1 / 0") with { Mode = mode, Capture = true },
            Call(4, 1, "pass") with { Mode = mode, Capture = true });
        Assert.Null(manager.Receive<Completed>().Output);
        Assert.Equal(new CallOutput("out\n", "error\n"), manager.Receive<Completed>().Output);
        Assert.Equal(new CallOutput("before\n", ""), manager.Receive<Failed>().Output);
        Assert.Equal(new CallOutput("", ""), manager.Receive<Completed>().Output);
    }

    [Fact]
    public void Logs_OfEachProcess_AreInTheRunDirectory()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Exec, Call(1, 1, "print('of a call')"), Call(2, 1, "import logging; logging.warning('of a task')") with { Mode = TaskMode.Tasks });
        manager.Receive<Completed>();
        manager.Receive<Completed>();
        Assert.Equal("of a call\n", Log(worker, "slot-0.out"));
        Assert.Equal("WARNING:root:of a task\n", Log(worker, "task-0.err"));
    }

    [Theory]
    [InlineData(TaskMode.FunctionCalls)]
    [InlineData(TaskMode.Tasks)]
    public void Process_ThatExits_FailsItsCallWithWhatThatWroteLast(TaskMode mode)
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(
            Exec,
            Call(1, 1, "import sys; print('of another', file=sys.stderr)") with { Mode = mode },
            Call(2, 1, "import os, sys\nfor i in range(30): print(i, file=sys.stderr)\nos._exit(3)") with { Mode = mode });
        manager.Receive<Completed>();
        var expected = string.Join('\n', Enumerable.Range(10, 20));
        Assert.Equal($"the process that ran it ended with exit code 3; it wrote last:\n{expected}", manager.Receive<Failed>().Failure.Message);
    }

    [Theory]
    [InlineData(TaskMode.FunctionCalls)]
    [InlineData(TaskMode.Tasks)]
    public void Process_ThatCrashes_FailsItsCallWithThePythonStack(TaskMode mode)
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Exec, Call(1, 1, "import ctypes; ctypes.string_at(0)") with { Mode = mode });
        var message = manager.Receive<Failed>().Failure.Message;
        Assert.Contains("signal 11 (SIGSEGV), 3 times", message);
        Assert.Contains("Fatal Python error: Segmentation fault", message);
        Assert.Contains("line 1 in <module>", message);
        Assert.DoesNotContain("host/calls.py", message);
    }

    private static string Log(RunningWorker worker, string name) =>
        File.ReadAllText(Assert.Single(Directory.GetFiles(worker.CacheParent, name, SearchOption.AllDirectories)));
}
