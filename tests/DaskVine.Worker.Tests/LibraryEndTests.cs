using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.LibraryCalls;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>No process of a library outlives what it is for, whatever it does and whatever command is in front of it.</summary>
public sealed class LibraryEndTests : IDisposable
{
    private readonly FakeManager _manager = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly RunningWorker _worker;

    public LibraryEndTests()
    {
        _worker = new RunningWorker(_manager, options => options with { Cores = 2 });
        _manager.Join();
    }

    public static TheoryData<ExecMode, string> Kinds() => new()
    {
        { ExecMode.Fork, "" },
        { ExecMode.Fork, "timeout 1000" },
        { ExecMode.ForkPerCall, "" },
        { ExecMode.Direct, "" },
        { ExecMode.Direct, "timeout 1000" },
        { ExecMode.Spawn, "export A=1; timeout 1000" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Library_ThatIsForgotten_LeavesNoProcess(ExecMode mode, string command)
    {
        var ids = RunIn(mode, command);
        _manager.Send(new ForgetFunctions([7]));
        ShellCommands.MustBeGone(ids);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Worker_AtItsEnd_LeavesNoProcess(ExecMode mode, string command)
    {
        var ids = RunIn(mode, command);
        await RunForever();
        _worker.Cancel();
        Assert.Equal(0, await _worker.ExitCode());
        ShellCommands.MustBeGone(ids);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_ThatIsCancelled_EndsItsProcessAndTheNextOneRuns(ExecMode mode, string command)
    {
        RunIn(mode, command);
        var process = await RunForever();
        _manager.Send(new Cancel([new TaskId(2)]), Evaluate(3, "6 * 7"));
        Assert.Equal(42, Integer(_manager.Receive<Completed>().Value));
        ShellCommands.MustBeGone([process]);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
        _directory.Dispose();
    }

    /// <summary>Has a call run, and returns the processes that it and its library have: the command too.</summary>
    private string[] RunIn(ExecMode mode, string command)
    {
        var told = Path.Combine(_directory.Path, "setup");
        var tell = $"import os\nwith open('{told}', 'a') as file: print(os.getpid(), os.getppid() if {(command.Length > 0 ? 1 : 0)} else '', file=file)";
        _manager.Send(Definition(new() { Name = "l", Mode = mode, Slots = 1, Command = command, Setup = Setup(tell) }));
        var child = Integer(_manager.Run(1, "__import__('os').getpid()").Value);
        // A process for one call is gone after it.
        return [.. File.ReadAllText(told).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), $"{child}"];
    }

    /// <summary>Has call 2 run, which does not end, and returns its process.</summary>
    private async Task<string> RunForever()
    {
        var pipe = Path.Combine(_directory.Path, "runs");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            await make.WaitForExitAsync();
        _manager.Send(Evaluate(2, $"(print(__import__('os').getpid(), file=open('{pipe}', 'w')), [None for _ in iter(int, 1)])"));
        return (await File.ReadAllTextAsync(pipe)).Trim();
    }
}
