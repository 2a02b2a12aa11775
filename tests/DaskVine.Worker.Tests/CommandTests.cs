using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly FakeManager _manager = new();
    private readonly RunningWorker _worker;

    public CommandTests()
    {
        _worker = new RunningWorker(_manager, options => options with { Cores = 2 });
        _manager.Join();
    }

    [Fact]
    public void Command_ThatEnds_IsReportedWithWhatItWroteInOrder()
    {
        var report = _manager.Run(Of("echo out; echo error >&2; echo more"));
        Assert.Equal((CommandResult.Success, 0, "", "out\nerror\nmore\n"), (report.Result, report.ExitCode, report.Reason, report.Text()));
        Assert.InRange(report.EndedUs - report.StartedUs, 1, 30_000_000);
        Assert.Equal(report.EndedUs - report.StartedUs, report.Measured.WallUs);
    }

    [Fact]
    public void Command_WithAnExitCode_IsASuccessWithThatCode()
    {
        var report = _manager.Run(Of("exit 137"));
        Assert.Equal((CommandResult.Success, 137), (report.Result, report.ExitCode));
    }

    [Fact]
    public void Command_KilledFromOutside_IsReportedWithItsSignal()
    {
        var report = _manager.Run(Of("kill -SEGV $$"));
        Assert.Equal((CommandResult.Signal, -11, "signal 11 ended it"), (report.Result, report.ExitCode, report.Reason));
    }

    [Fact]
    public void Input_OfAValueAndOfAFile_AppearUnderTheirNames()
    {
        SendFile(new FileId(5), "from a file");
        var spec = Of("cat value sub/dir/file; test -x value && test -x sub/dir/file && echo .") with
        {
            Inputs = [new CommandInput("value"), new CommandInput("sub/dir/file")],
        };
        Assert.Equal("a value from a file.\n", _manager.Run(spec, Value("a value "), CacheFile(new FileId(5))).Text());
    }

    [Fact]
    public void Output_IsAFileOfTheCacheFromThenOn()
    {
        _manager.Send(Command(1, Of("mkdir -p a; echo -n made >a/b; echo other >c").Making("a/b", "c")));
        var completed = _manager.Receive<Completed>();
        Assert.Equal([new(OutputFile(0), 4), new(OutputFile(1), 6)], completed.Outputs);
        Assert.Equal([4L, 6L], CommandReport.Read(completed.Value!.Value).Outputs);
        Assert.Equal("made", Encoding.UTF8.GetString(_manager.Fetch(OutputFile(0))));
        var spec = Of("cat in") with { Inputs = [new CommandInput("in")] };
        Assert.Equal("made", _manager.Run(spec, CacheFile(OutputFile(0))).Text());
    }

    [Fact]
    public void Output_ThatIsMissing_IsReportedByName()
    {
        var report = _manager.Run(Of("echo x >one").Making("one", "two"));
        Assert.Equal((CommandResult.OutputMissing, "its output 'two' is missing"), (report.Result, report.Reason));
        Assert.Equal([2L, null], report.Outputs);
    }

    [Theory]
    [InlineData("echo >log; echo >data", 1L, null)]
    [InlineData("echo >log; echo >data; exit 3", null, 1L)]
    public void Output_OnlyOfSuccessOrFailure_IsTakenThen(string command, long? data, long? log)
    {
        var spec = Of(command) with
        {
            Outputs = [new CommandOutput("data", CommandOutputOptions.OnlySucceeded), new CommandOutput("log", CommandOutputOptions.OnlyFailed)],
        };
        var report = _manager.Run(spec);
        Assert.Equal(CommandResult.Success, report.Result);
        Assert.Equal([data, log], report.Outputs);
    }

    [Fact]
    public void Directory_MadeByACommand_IsAnInputOfAnother()
    {
        _manager.Send(Command(2, Of("mkdir -p d/e; echo -n 123 >d/e/f; echo -n 45 >d/g; ln -s g d/h").Making("d")));
        Assert.Equal([new FileSize(OutputFile(0), 5)], _manager.Receive<Completed>().Outputs);
        var spec = Of("cat in/e/f in/g in/h") with { Inputs = [new CommandInput("in")] };
        Assert.Equal("1234545", _manager.Run(spec, CacheFile(OutputFile(0))).Text());
        _manager.Send(new Release([OutputFile(0)]), new Fetch(OutputFile(0)));
        Assert.Equal(OutputFile(0), _manager.Receive<FileLost>().File);
    }

    [Fact]
    public void Environment_HasTaskVinesVariablesAndTheTasks()
    {
        var spec = Of("""
            test "$VINE_SANDBOX" = "$(pwd -P)" && test "$TMPDIR" = "$VINE_SANDBOX/.tmp" && mktemp >/dev/null && test -z "$(ls)" || exit 1
            echo $CORES $OMP_NUM_THREADS $MEMORY $DISK $GPUS $MINE ${HOME-unset}
            """) with
        {
            Cores = 2,
            Memory = 512L << 20,
            Disk = 64L << 20,
            Environment = new Dictionary<string, string?> { ["MINE"] = "a b", ["HOME"] = null },
        };
        Assert.Equal("2 2 512 64 0 a b unset\n", _manager.Run(spec).Text());
    }

    [Fact]
    public void Command_ReadingItsInput_ReachesItsEnd() => Assert.Equal("end\n", _manager.Run(Of("cat; echo end")).Text());

    [Fact]
    public void Command_WithAPipeThatCloses_IsNotLeftRunning() => Assert.Equal("y\n", _manager.Run(Of("yes | head -n 1")).Text());

    [Fact]
    public void Command_OfAHundredThousandCharacters_Runs() =>
        Assert.Equal("100000\n", _manager.Run(Of($"x={new string('ä', 100_000)}; echo $((${{#x}} / 2))")).Text());

    [Fact]
    public void Output_LargerThanAMessage_IsTheReportsFile()
    {
        _manager.Send(Command(1, Of("head -c 300000 /dev/zero | tr '\\0' x")));
        var completed = _manager.Receive<Completed>();
        Assert.Null(completed.Value);
        var bytes = _manager.Fetch(ReportFile);
        Assert.Equal(completed.Size, bytes.Length);
        Assert.Equal(new string('x', 300_000), CommandReport.Read(bytes).Text());
    }

    [Fact]
    public void Output_OverItsLimit_IsCutOffAndThatIsSaid()
    {
        var report = _manager.Run(Of("printf 0123456789") with { Stdout = 4 });
        Assert.Equal(("0123", "its output of 10 bytes was cut off after 4"), (report.Text(), report.Reason));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/etc/escape")]
    public void Name_ThatLeadsOutOfTheSandbox_FailsTheTask(string name)
    {
        _manager.Send(Command(1, Of("true").Making(name)));
        var failure = _manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Invalid, failure.Kind);
        Assert.Contains(name, failure.Message);
    }

    [Fact]
    public void Command_ThatHasEnded_LeavesNoSandbox()
    {
        _manager.Run(Of("mkdir closed; echo >closed/f; chmod 0 closed; mkfifo pipe"));
        Assert.Empty(Directory.GetDirectories(_worker.CacheParent, "command-*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
    }

    private void SendFile(FileId file, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _manager.Send(new Chunk(file, bytes.Length, 0, bytes));
        _manager.Receive<Transferred>();
    }
}
