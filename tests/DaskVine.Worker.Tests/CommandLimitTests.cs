using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

public sealed class CommandLimitTests : IDisposable
{
    // Says its number and that of a child, and waits for longer than any test.
    private const string Endless = "sleep 3600 & echo $$ $!; wait";

    private readonly FakeManager _manager = new();
    private readonly RunningWorker _worker;

    public CommandLimitTests()
    {
        _worker = new RunningWorker(_manager);
        _manager.Join();
    }

    [Fact]
    public void Command_OverItsWallTime_IsKilledWithAllThatItStarted()
    {
        var report = _manager.Run(Of(Endless) with { WallMs = 200 });
        Assert.Equal((CommandResult.MaxWallTime, -9, "it ran for longer than 0.2 s"), (report.Result, report.ExitCode, report.Reason));
        MustBeGone(report);
    }

    [Fact]
    public void Command_WhoseEndTimeComes_IsKilled()
    {
        var report = _manager.Run(Of(Endless) with { EndMs = DateTimeOffset.UtcNow.AddMilliseconds(300).ToUnixTimeMilliseconds() });
        Assert.Equal(CommandResult.MaxEndTime, report.Result);
        Assert.StartsWith("the time by which it had to end is over: ", report.Reason);
    }

    [Fact]
    public void Command_WhoseEndTimeIsOver_IsNotStarted()
    {
        var report = _manager.Run(Of("echo ran").Making("x") with { EndMs = 1000 });
        Assert.Equal((CommandResult.MaxEndTime, 0L, ""), (report.Result, report.StartedUs, report.Text()));
        Assert.Equal("it was not started: the time by which it had to end is over: 1970-01-01 00:00:01Z", report.Reason);
        Assert.Equal([null], report.Outputs);
    }

    [Fact]
    public void Command_OverItsMemory_IsKilled()
    {
        // A shell that doubles a variable until it is stopped.
        var report = _manager.Run(Of("x=0123456789abcdef; while true; do x=$x$x; done") with { Memory = 64L << 20 });
        Assert.Equal((CommandResult.ResourceExhaustion, -9), (report.Result, report.ExitCode));
        Assert.Contains("it was given 67108864", report.Reason);
        Assert.InRange(report.Measured.Memory, 64L << 20, long.MaxValue);
    }

    [Fact]
    public void Command_OverItsDisk_IsKilled()
    {
        var report = _manager.Run(Of("while true; do head -c 1000000 /dev/zero >>grown; done") with { Disk = 5_000_000 });
        Assert.Equal(CommandResult.SandboxExhaustion, report.Result);
        Assert.InRange(report.Measured.Disk, 5_000_000, long.MaxValue);
    }

    [Fact]
    public void Inputs_DoNotCountAsDisk()
    {
        var spec = Of("sleep 0.3") with { Inputs = [new CommandInput("big")], Disk = 1000 };
        var report = _manager.Run(spec, Value(new string('x', 5000)));
        Assert.Equal((CommandResult.Success, 0L), (report.Result, report.Measured.Disk));
    }

    [Fact]
    public void Processors_AreMeasured()
    {
        var report = _manager.Run(Of("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"));
        Assert.InRange(report.Measured.CpuUs, 1000, report.Measured.WallUs * Environment.ProcessorCount);
    }

    [Fact]
    public void Command_Cancelled_LeavesNothing()
    {
        _manager.Send(Command(1, Of($"{Endless.Replace("; wait", " >pids; mv pids told; wait")}").Making("told")));
        var told = AwaitFile("told");
        var ids = File.ReadAllText(told).Split(' ');
        _manager.Send(new Cancel([new TaskId(1)]), new Retract([]));
        _manager.Receive<Retracted>();
        ShellCommands.MustBeGone(ids);
        Assert.Empty(Directory.GetFileSystemEntries(_worker.CacheParent, "command-*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFileSystemEntries(_worker.CacheParent, "out-*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Command_ThatEnds_LeavesNothingInTheBackground()
    {
        var report = _manager.Run(Of("sleep 3600 & echo $!"));
        Assert.Equal((CommandResult.Success, 0), (report.Result, report.ExitCode));
        MustBeGone(report);
    }

    [Fact]
    public async Task Worker_AtItsEnd_LeavesNoCommand()
    {
        // A shell with job control gives what it starts a group of its own.
        _manager.Send(Command(1, Of("set -m; sleep 3600 & echo $$ $! >pids; mv pids told; wait")));
        var ids = File.ReadAllText(AwaitFile("told")).Split(' ');
        _worker.Cancel();
        Assert.Equal(0, await _worker.ExitCode());
        ShellCommands.MustBeGone(ids);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
    }

    private static void MustBeGone(CommandReport report) => ShellCommands.MustBeGone(report.Text().Split(' '));

    private string AwaitFile(string name) => ShellCommands.AwaitFile(_worker.CacheParent, name);
}
