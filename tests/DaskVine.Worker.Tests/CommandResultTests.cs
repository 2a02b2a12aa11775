using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

/// <summary>Results of commands whose worker could not do its part. A command's directory is ./box, and next to it is what it writes.</summary>
public sealed class CommandResultTests : IDisposable
{
    private readonly FakeManager _manager = new();
    private readonly RunningWorker _worker;

    public CommandResultTests()
    {
        _worker = new RunningWorker(_manager);
        _manager.Join();
    }

    [Theory]
    [InlineData("rm ../log")]
    [InlineData("rm ../log; mkdir ../log")]
    public void StandardOutput_ThatIsGone_IsMissing(string command)
    {
        var report = _manager.Run(Of($"echo 1 >x; echo said; {command}; exit 3").Making("x"));
        Assert.Equal((CommandResult.StdoutMissing, 3, ""), (report.Result, report.ExitCode, report.Text()));
        Assert.StartsWith("its standard output cannot be had: ", report.Reason);
        Assert.Equal([2], report.Outputs);
    }

    [Fact]
    public void StandardOutput_ThatCannotBeKept_IsMissing()
    {
        // Where a long report would be written is something else.
        var report = _manager.Run(Of("mkdir ../../out-1; head -c 300000 /dev/zero"));
        Assert.Equal((CommandResult.StdoutMissing, 0, ""), (report.Result, report.ExitCode, report.Text()));
        Assert.StartsWith("its standard output cannot be had: ", report.Reason);
    }

    [Fact]
    public void Disk_ThatCannotBeMeasured_IsAnErrorOfWhoHasALimit()
    {
        const string command = "cd /; rm -r $VINE_SANDBOX; echo said";
        var report = _manager.Run(Of(command) with { Disk = 1 << 30 });
        Assert.Equal((CommandResult.RmonitorError, 0, "said\n"), (report.Result, report.ExitCode, report.Text()));
        Assert.Equal("what it took of what it is limited in is not known: its sandbox is gone", report.Reason);
        Assert.Equal(CommandResult.Success, RunNext(Of(command)).Result);
    }

    [Fact]
    public void Sandbox_ThatCannotBeMade_ForsakesTheCommand()
    {
        _manager.Run(Of("touch ../../command-2"));
        var report = RunNext(Of("echo said"));
        Assert.Equal((CommandResult.Forsaken, 0L, ""), (report.Result, report.StartedUs, report.Text()));
        Assert.StartsWith("it could not be run: ", report.Reason);
    }

    [Fact]
    public void Output_ThatCannotBeStored_IsATransferError()
    {
        var report = _manager.Run(Of("mkfifo x; echo said").Making("x"));
        Assert.Equal((CommandResult.OutputTransferError, "said\n"), (report.Result, report.Text()));
        Assert.Equal("its output 'x' could not be stored: it is neither a file nor a directory", report.Reason);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
    }

    private CommandReport RunNext(CommandSpec spec)
    {
        _manager.Send(Command(2, spec));
        return CommandReport.Read(_manager.Receive<Completed>().Value!.Value);
    }
}
