using DaskVine.LibraryHost.TestFunctions;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Values;
using static DaskVine.LibraryHost.Tests.RunningHost;

namespace DaskVine.LibraryHost.Tests;

public class CallTests
{
    [Fact]
    public void Hello_OfALibraryAndItsSlots_TellsWhoTheyAre()
    {
        using var host = With();
        Assert.Equal((HostRole.Library, host.ProcessId), (host.Library.Hello.Role, host.Library.Hello.ProcessId));
        Assert.Equal($"{Environment.Version}", host.Library.Hello.Versions["dotnet"]);
        var child = host.Fork(3);
        Assert.Equal((HostRole.Child, 3, host.ProcessId), (child.Hello.Role, child.Hello.Slot, child.Hello.ProcessId));
    }

    [Fact]
    public void Calls_ReturnWhatTheirFunctionsDo()
    {
        using var host = With("Add", "Half", "Describe", "Boost", "Later", "Nothing", "SumOf");
        var child = host.Fork();
        Assert.Equal(5, child.Result<int>(1, 2, 3));
        Assert.Equal(3, child.Result<int>(1, 2));
        Assert.Equal(1.5, child.Result<double>(2, 3));
        Assert.Equal("mu 105.7", child.Result<string>(3, new Particle("mu", 105.7)));
        Assert.Equal(new Particle("e", 1.0), child.Result<Particle>(4, new Particle("e", 0.5), 2));
        Assert.Equal(8, child.Result<long>(5, 7));
        Assert.Null(child.Result<object>(6));
        Assert.Equal(6, child.Result<double>(7, 1, 2.0, 3));
    }

    [Fact]
    public void Calls_NestedAndByName_AreEvaluatedInnermostFirst()
    {
        using var host = With("Add", "Half", "Apply");
        var child = host.Fork();
        var body = new BodyWriter(2);
        body.BeginCall(1, 1);
        body.BeginCall(0, 2);
        body.Literal(3);
        body.Literal(5);
        body.End();
        body.End();
        body.BeginKeywords(1);
        body.Name("b");
        body.Input(0);
        body.End();
        Assert.Equal(14, HostLink.Value<int>(child.Call([1, 2], body.ToArray(), [new HostInput(ValueCodec.Encode(10).ToArray(), null)])));
        var function = new BodyWriter(2);
        function.Function(1);
        function.Literal(9);
        Assert.Equal(4.5, HostLink.Value<double>(child.Call([3, 2], function.ToArray())));
    }

    [Fact]
    public void Result_ThatIsLarge_IsInTheOutputFile()
    {
        using var host = With("Repeat");
        var path = Path.Combine(host.DirectoryPath, "out");
        var returned = Assert.IsType<HostReturned>(host.Fork().Call([1], HostLink.Body("ab", 5000), output: path));
        Assert.Null(returned.Value);
        Assert.Equal(new FileInfo(path).Length, returned.Size);
        Assert.Equal(10_000, ValueCodec.Decode<string>(File.ReadAllBytes(path)).Length);
        Assert.False(File.Exists($"{path}.part"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Result_ThatCannotBeWritten_FailsTheCallAndLeavesNothing()
    {
        using var host = With("Repeat");
        var path = Path.Combine(host.DirectoryPath, "none", "out");
        var failed = Assert.IsType<HostFailed>(host.Fork().Call([1], HostLink.Body("ab", 5000), output: path));
        Assert.Equal(FailureKind.Unpicklable, failed.Failure.Kind);
        Assert.Contains("of type String, cannot leave the process", failed.Failure.Message);
    }

    [Fact]
    public void Inputs_InFiles_AreReadFromThem()
    {
        using var host = With("Describe");
        var path = Path.Combine(host.DirectoryPath, "in");
        File.WriteAllBytes(path, ValueCodec.Encode(new Particle("pi", 139)).ToArray());
        var body = new BodyWriter(1);
        body.Input(0);
        var child = host.Fork();
        Assert.Equal("pi 139", HostLink.Value<string>(child.Call([1], body.ToArray(), [new HostInput(null, path)])));
        File.Delete(path);
        var failure = Assert.IsType<HostFailed>(child.Call([1], body.ToArray(), [new HostInput(null, path)])).Failure;
        Assert.Equal(FailureKind.Unloadable, failure.Kind);
        Assert.Contains("input 0 cannot be read", failure.Message);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void Arrays_ThroughFiles_AreMemoryOfThem(int count)
    {
        using var host = With("Ramp", "Scale");
        var child = host.Fork();
        var (first, second) = (Path.Combine(host.DirectoryPath, "first"), Path.Combine(host.DirectoryPath, "second"));
        Assert.Null(Assert.IsType<HostReturned>(child.Call([1], HostLink.Body(count), output: first)).Value);
        var body = new BodyWriter(2);
        body.Input(0);
        body.Literal(2);
        child.Call([2], body.ToArray(), [new HostInput(null, first)], second);
        Assert.Equal(Kernels.Ramp(count).Select(x => 2 * x), ValueCodec.Decode<double[]>(File.ReadAllBytes(second)));
    }

    [Fact]
    public void Calls_OfManyAtOnce_AreAnsweredInOrder()
    {
        using var host = With("Add");
        var child = host.Fork();
        for (var i = 0; i < 2000; i++)
            child.Write([1], HostLink.Body(i, 1));
        child.Flush();
        for (var i = 0; i < 2000; i++)
            Assert.Equal(i + 1, HostLink.Value<int>(child.Receive()));
    }

    [Fact]
    public void Slots_ShareTheirProcessAndRunBesideEachOther()
    {
        using var host = With("Await", "CallsBefore");
        var (first, second) = (host.Fork(0), host.Fork(1));
        var path = Path.Combine(host.DirectoryPath, "go");
        first.Write([1], HostLink.Body(path));
        first.Flush();
        Assert.Equal(0, second.Result<int>(2));
        File.WriteAllText(path, "");
        Assert.Equal(1, HostLink.Value<int>(first.Receive()));
        Assert.Equal(1, first.Result<int>(2));
    }

    [Fact]
    public void Functions_OfASlotItself_AreLoadedAtTheirFirstCall()
    {
        using var host = With();
        var child = host.Fork();
        child.Writer.Function(9, "Add", Kernel("Add").ToCode());
        Assert.Equal(3, child.Result<int>(9, 1, 2));
        child.Writer.Forget([9]);
        Assert.Contains("function number 9 was not sent", child.Failure(9, 1, 2).Message);
    }

    [Fact]
    public void Functions_GenericAndLambdas_AreFound()
    {
        using var host = With();
        var child = host.Fork();
        Func<int, int> square = x => x * x;
        Assert.True(host.Library.Load(1, FunctionReference.Of(typeof(Kernels).GetMethod("Same")!.MakeGenericMethod(typeof(Particle)))));
        Assert.Equal(new Particle("e", 1), child.Result<Particle>(1, new Particle("e", 1)));
        // The assembly of the tests themselves is none of the library's.
        Assert.False(host.Library.Load(2, FunctionReference.Of(square.Method)));
    }

    [Fact]
    public void Console_OfACallThatIsListenedTo_IsReturnedWithIt()
    {
        using var host = With("Print");
        var child = host.Fork();
        var returned = Assert.IsType<HostReturned>(child.Call([1], HostLink.Body("hello"), capture: true));
        Assert.Equal(new CallOutput("hello\n", "to error"), returned.Output);
        Assert.Null(Assert.IsType<HostReturned>(child.Call([1], HostLink.Body("hello"))).Output);
    }
}
