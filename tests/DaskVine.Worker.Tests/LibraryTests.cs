using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.LibraryCalls;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

public sealed class LibraryTests : IDisposable
{
    private const string Pid = "__import__('os').getpid()";

    private readonly FakeManager _manager = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly RunningWorker _worker;

    public LibraryTests()
    {
        _worker = new RunningWorker(_manager, options => options with { Cores = 2 });
        _manager.Join();
    }

    private string Counted => Path.Combine(_directory.Path, "count");

    [Theory]
    [InlineData(ExecMode.Fork)]
    [InlineData(ExecMode.Direct)]
    public void Setup_ThatRaises_IsTriedAFewTimesAndFailsTheCallsWithItsTraceback(ExecMode mode)
    {
        Send(new() { Name = "l", Mode = mode, Setup = Setup($"{Count(Counted)}\nraise KeyError('no model')") }, Evaluate(1, "1"));
        var failure = _manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Library, failure.Kind);
        Assert.StartsWith("the process of library l ended with exit code 1 before it was ready, 5 times in a row", failure.Message);
        Assert.Contains("KeyError: 'no model'", failure.Traceback);
        Assert.Equal(5, File.ReadAllLines(Counted).Distinct().Count());
        // It costs the library's calls only.
        _manager.Send(Call(2, 1, "6 * 7"));
        Assert.Equal(42, Integer(_manager.Receive<Completed>().Value));
    }

    [Theory]
    [InlineData(ExecMode.ForkPerCall)]
    [InlineData(ExecMode.Spawn)]
    public void Setup_ThatKillsItsProcess_FailsTheCallsWithTheSignalAndTheLog(ExecMode mode)
    {
        var kill = "import os, sys; print('about to go', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)";
        Send(new() { Name = "l", Mode = mode, Slots = 1, Setup = Setup(kill), Retries = 1 }, Evaluate(1, "1"));
        var failure = _manager.Receive<Failed>().Failure;
        Assert.Contains("signal 9 (SIGKILL) before it was ready, 2 times in a row", failure.Message);
        Assert.Contains("about to go", failure.Traceback);
    }

    [Theory]
    [InlineData(ExecMode.Direct, 1)]
    [InlineData(ExecMode.Spawn, 2)]
    public void Processes_ThatAreSetUpByThemselves_AreSetUpOnceEach(ExecMode mode, int most)
    {
        Send(new() { Name = "l", Mode = mode, Setup = Setup(Count(Counted)) }, [.. Enumerable.Range(1, 40).Select(task => Evaluate(task, Pid))]);
        var processes = Enumerable.Range(1, 40).Select(_ => Integer(_manager.Receive<Completed>().Value)).ToHashSet();
        Assert.InRange(processes.Count, 1, most);
        Assert.Subset(File.ReadAllLines(Counted).ToHashSet(), processes.Select(process => $"{process}").ToHashSet());
        Assert.InRange(File.ReadAllLines(Counted).Length, processes.Count, most);
    }

    [Fact]
    public void Calls_InSandboxes_LeaveNone()
    {
        Send(new() { Name = "l", Mode = ExecMode.ForkPerCall, Slots = 1, Sandbox = true });
        var first = _manager.Run(1, "(open('mine', 'w').write('x'), __import__('os').getcwd())[1]");
        Assert.Contains("-calls/slot-", Text(first));
        // There is one slot, so the process before has ended, and its directory with it.
        Assert.Contains("-calls/slot-", Text(_manager.Run(2, "__import__('os').getcwd()")));
        Assert.Empty(Directory.GetFiles(_worker.CacheParent, "mine", SearchOption.AllDirectories));
        Assert.InRange(Directory.GetDirectories(_worker.CacheParent, "slot-*", SearchOption.AllDirectories).Length, 0, 1);
    }

    [Fact]
    public void Sandboxes_OfALibraryThatIsKilled_AreRemoved()
    {
        Send(new() { Name = "l", Mode = ExecMode.ForkPerCall, Slots = 1, Sandbox = true });
        _manager.Send(Evaluate(1, "(open('mine', 'w').write('x'), (os := __import__('os')).kill(os.getppid(), 9), __import__('time').sleep(9))"));
        // A library's end is no fault of its calls, so it would run again for ever.
        ShellCommands.AwaitFile(_worker.CacheParent, "mine");
        _manager.Send(new Cancel([new TaskId(1)]), Evaluate(2, "1"));
        Assert.Equal(2, _manager.Receive<Completed>().Task.Value);
        Assert.Empty(Directory.GetFiles(_worker.CacheParent, "mine", SearchOption.AllDirectories));
    }

    [Fact]
    public void Variables_AndCommand_AreThoseOfItsProcesses()
    {
        Send(new()
        {
            Name = "l",
            Slots = 1,
            Cores = 2,
            Environment = new Dictionary<string, string> { ["FLAVOUR"] = "sweet", ["MKL_NUM_THREADS"] = "5" },
            Command = "export SOUR=lemon; env BITTER=hops",
        });
        var names = "('FLAVOUR', 'SOUR', 'BITTER', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'NUMEXPR_NUM_THREADS', 'MKL_NUM_THREADS')";
        var text = Text(_manager.Run(1, $"' '.join(map(__import__('os').environ.get, {names}))"));
        Assert.Contains("sweet lemon hops 2 2 2 5", text);
    }

    [Fact]
    public void Command_ThatFails_FailsTheCallsWithWhatItWrote()
    {
        Send(new() { Name = "l", Command = "no-such-launcher", Retries = 0 }, Evaluate(1, "1"));
        Assert.Contains("no-such-launcher", _manager.Receive<Failed>().Failure.Traceback);
    }

    [Fact]
    public void Functions_AreLoadedOnceForAllChildren()
    {
        Send(new() { Name = "l" });
        _manager.Send(FunctionThat(2, Count(Counted), "math", "factorial"));
        _manager.Send([.. Enumerable.Range(1, 50).Select(task => Call(task, 2, 5) with { Library = 7 })]);
        for (var i = 0; i < 50; i++)
            Assert.Equal(120, Integer(_manager.Receive<Completed>().Value));
        Assert.Single(File.ReadAllLines(Counted));
    }

    [Fact]
    public void Inputs_AreThereForAsLongAsTheLibrary()
    {
        Send(new() { Name = "l", Slots = 1, Inputs = ["data/table"] });
        SendFile(5, "first");
        _manager.Send(Evaluate(1, "open('data/table').read()", files: new FileSize(new FileId(5), 5)));
        Assert.Contains("first", Text(_manager.Receive<Completed>()));
        _manager.Send(new Release([new FileId(5)]));
        SendFile(6, "other");
        _manager.Send(Evaluate(2, "open('data/table').read()", files: new FileSize(new FileId(6), 5)));
        Assert.Contains("first", Text(_manager.Receive<Completed>()));
        _manager.Send(new ForgetFunctions([7]), Call(3, 1, "1"));
        _manager.Receive<Completed>();
        Assert.True(SpinWait.SpinUntil(
            () => Directory.GetFiles(_worker.CacheParent, "table", SearchOption.AllDirectories).Length == 0, TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(ExecMode.Fork, "library")]
    [InlineData(ExecMode.Direct, "child")]
    public void Directory_ThatCannotBeMade_FailsTheCallsWithWhatIsInTheWay(ExecMode mode, string name)
    {
        var run = Path.GetDirectoryName(Path.GetDirectoryName(ShellCommands.AwaitFile(_worker.CacheParent, "library.log"))!)!;
        foreach (var number in Enumerable.Range(2, 20))
            File.WriteAllText(Path.Combine(run, $"{name}-{number}"), "");
        Send(new() { Name = "l", Mode = mode, Inputs = ["table"] });
        SendFile(5, "table");
        _manager.Send(Evaluate(1, "1", files: new FileSize(new FileId(5), 5)));
        var failure = _manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Library, failure.Kind);
        Assert.Contains("it could not be started", failure.Traceback);
        Assert.Contains($"{name}-", failure.Traceback);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
        _directory.Dispose();
    }

    private void Send(LibrarySpec spec, params Assign[] calls) => _manager.Send([.. Definition(spec), .. calls]);

    private void SendFile(long file, string text)
    {
        _manager.Send(new Chunk(new FileId(file), text.Length, 0, System.Text.Encoding.ASCII.GetBytes(text)));
        _manager.Receive<Transferred>();
    }
}
