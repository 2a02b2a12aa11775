using System.Reflection;
using DaskVine.LibraryHost.TestFunctions;
using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using DaskVine.Values;

namespace DaskVine.Worker.Tests;

/// <summary>.NET functions in a real process, each slot a thread of it.</summary>
public sealed class DotnetLibraryTests : IDisposable
{
    private const int Library = 7;
    private const string Assembly = "DaskVine.LibraryHost.TestFunctions.dll";
    private static readonly FileId s_assembly = new(5);

    private readonly FakeManager _manager = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly RunningWorker _worker;
    private long _size;

    static DotnetLibraryTests() => Environment.SetEnvironmentVariable(
        "DASKVINE_LIBRARY_HOST",
        typeof(DotnetLibraryTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "LibraryHost").Value);

    public DotnetLibraryTests()
    {
        _worker = new RunningWorker(_manager, options => options with { Cores = 2 });
        _manager.Join();
    }

    [Fact]
    public void Calls_RunInTheLibrarysProcess()
    {
        Start(new LibrarySetup(FunctionReference.Of(typeof(Kernels).GetMethod("Load")!), Body("net", 7)));
        _manager.Send(Function(1, "NameOf"), Function(2, "SizeOf"), Function(3, "Boost"));
        _manager.Send(Call(1, 1, 2), Call(2, 2), Call(3, 3, new Particle("e", 0.5), 2));
        var results = Enumerable.Range(0, 3).Select(_ => _manager.Receive<Completed>()).ToDictionary(done => done.Task.Value, done => done.Value!.Value);
        Assert.Equal("netnet", ValueCodec.Decode<string>(results[1]));
        Assert.Equal(7, ValueCodec.Decode<int>(results[2]));
        Assert.Equal(new Particle("e", 1), ValueCodec.Decode<Particle>(results[3]));
    }

    [Fact]
    public void Result_ThatIsLarge_IsAnInputOfOthers()
    {
        Start();
        _manager.Send(Function(1, "Ramp"), Function(2, "Scale"), Call(1, 1, 10_000));
        var made = _manager.Receive<Completed>();
        Assert.Null(made.Value);
        var body = new BodyWriter(2);
        body.Input(0);
        body.Literal(0.5);
        var next = Call(2, 2) with { Body = body.ToArray() };
        _manager.Send(next with { Inputs = [new TaskInput(null, LibraryOutput(1), made.Size), .. next.Inputs] });
        Assert.Equal(made.Size, _manager.Receive<Completed>().Size);
    }

    [Fact]
    public void Crash_IsToldWithWhatTheRuntimeWroteAndCostsNobodyElseAnything()
    {
        Start();
        var go = Path.Combine(_directory.Path, "go");
        _manager.Send(Function(1, "FailFast"), Function(2, "Await"), Call(1, 1, "no model"), Call(2, 2, go));
        var failed = _manager.Receive<Failed>();
        Assert.Equal((1, FailureKind.Lost), (failed.Task.Value, failed.Failure.Kind));
        Assert.Contains("signal 6 (SIGABRT), 3 times in 3 runs", failed.Failure.Message);
        Assert.Contains("no model", failed.Failure.Message);
        File.WriteAllText(go, "");
        Assert.Equal(2, _manager.Receive<Completed>().Task.Value);
    }

    [Fact]
    public void Setup_ThatRaises_FailsTheCallsWithItsStack()
    {
        Start(new LibrarySetup(FunctionReference.Of(typeof(Kernels).GetMethod("LoadNot")!), Body("net")), retries: 0);
        _manager.Send(Function(1, "Add"), Call(1, 1, 1));
        var failure = _manager.Receive<Failed>().Failure;
        Assert.Equal(FailureKind.Library, failure.Kind);
        Assert.Contains("library kernels: its setup raised FileNotFoundException: no model net", failure.Message);
        Assert.Contains("Kernels.LoadNot", failure.Traceback);
    }

    [Fact]
    public void Call_ThatIsCancelledAndDoesNotEnd_EndsWithTheProcessAndOthersRunAgain()
    {
        Start();
        var go = Path.Combine(_directory.Path, "go");
        _manager.Send(Function(1, "Await"), Call(1, 1, "/never/there"), Call(2, 1, go));
        _manager.Send(new Cancel([new TaskId(1)]));
        File.WriteAllText(go, "");
        Assert.Equal(2, _manager.Receive<Completed>().Task.Value);
        _manager.Send(Function(2, "Add"), Call(3, 2, 1), Call(4, 2, 1));
        Assert.Equal([3, 4], new[] { _manager.Receive<Completed>(), _manager.Receive<Completed>() }.Select(done => done.Task.Value).Order());
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
        _directory.Dispose();
    }

    private static byte[] Body(params object?[] arguments)
    {
        var body = new BodyWriter(arguments.Length);
        foreach (var argument in arguments)
            body.Literal(argument);
        return body.ToArray();
    }

    private static FunctionCode Function(int number, string method)
    {
        var function = FunctionReference.Of(typeof(Kernels).GetMethod(method)!);
        return new FunctionCode(number, new byte[16], function.Name, function.ToCode());
    }

    private static FileId LibraryOutput(long task) => new(1000 + task);

    /// <summary>Sends the assembly and the library.</summary>
    private void Start(LibrarySetup? setup = null, int? retries = null)
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Assembly));
        _size = bytes.Length;
        var spec = new LibrarySpec
        {
            Name = "kernels",
            Runtime = LibraryRuntime.Dotnet,
            Mode = ExecMode.Threads,
            Inputs = [Assembly],
            Retries = retries,
            Setup = setup is null ? (ReadOnlyMemory<byte>?)null : setup.ToBytes(),
        };
        _manager.Send(new Chunk(s_assembly, bytes.Length, 0, bytes), new FunctionCode(Library, new byte[16], "library kernels", spec.ToBytes()));
        _manager.Receive<Transferred>();
    }

    private Assign Call(long task, int function, params object?[] arguments) => new(
        new TaskId(task), 1, TaskMode.FunctionCalls, [function], Body(arguments), [new TaskInput(null, s_assembly, _size)], LibraryOutput(task), Library: Library);
}
