using DaskVine.LibraryHost.TestFunctions;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Values;
using static DaskVine.LibraryHost.Tests.RunningHost;

namespace DaskVine.LibraryHost.Tests;

public class FailureTests
{
    private const int AbortStatus = 128 + 6;

    [Theory]
    [InlineData("Fail")]
    [InlineData("FailLater")]
    public void Exception_OfTheUser_IsToldWithTypeMessageAndItsOwnFrames(string method)
    {
        using var host = With(method);
        var failure = host.Fork().Failure(1, "no way");
        Assert.Equal((FailureKind.Raised, "InvalidOperationException: no way"), (failure.Kind, failure.Message));
        Assert.Contains($"Kernels.{method}(String message)", failure.Traceback);
        Assert.DoesNotContain("DaskVine.Values", failure.Traceback);
        Assert.Null(failure.Exception);
    }

    [Theory]
    [InlineData("parameter 'a' of Kernels.Add takes int, and is given a string", "x")]
    [InlineData("parameter 'a' of Kernels.Add takes int, and is given 2.5", 2.5)]
    [InlineData("parameter 'a' of Kernels.Add is not given")]
    [InlineData("Kernels.Add takes 2 arguments, and is given 3", 1, 2, 3)]
    public void Arguments_ThatDoNotFit_AreNamed(string message, params object[] arguments)
    {
        using var host = With("Add");
        var failure = host.Fork().Failure(1, arguments);
        Assert.Equal((FailureKind.Unloadable, message), (failure.Kind, failure.Message));
    }

    [Fact]
    public void Assembly_ThatIsNoInput_IsNamedWithTheFunction()
    {
        using var host = With();
        var function = Kernel("Add") with { Assembly = "Elsewhere" };
        Assert.False(host.Library.Load(1, function));
        var child = host.Fork();
        child.Writer.Function(1, function.Name, function.ToCode());
        var failure = child.Failure(1, 1);
        Assert.Equal(FailureKind.Unloadable, failure.Kind);
        Assert.Contains("Kernels.Add of assembly Elsewhere cannot be loaded", failure.Message);
        Assert.Contains("Elsewhere.dll is not among the library's inputs, which are: DaskVine.LibraryHost.TestFunctions", failure.Message);
    }

    [Fact]
    public void Function_OfAnotherBuild_IsRefused()
    {
        using var host = With();
        var child = host.Fork();
        child.Writer.Function(1, "", (Kernel("Add") with { Method = "Subtract" }).ToCode());
        Assert.Contains("has no method Subtract(System.Int32, System.Int32)", child.Failure(1, 1).Message);
        child.Writer.Function(2, "", (Kernel("Add") with { Hash = new byte[32] }).ToCode());
        Assert.Contains("is of another build of it than the one among the library's inputs", child.Failure(2, 1).Message);
    }

    [Fact]
    public void Function_OfPython_IsRefused()
    {
        using var host = With();
        var child = host.Fork();
        child.Writer.Function(1, "add", [0x80, 5]);
        Assert.Contains("a Python function cannot run in a library of .NET functions", child.Failure(1).Message);
    }

    [Fact]
    public void Dependency_IsFoundAmongTheInputsOrNamed()
    {
        using (var host = new RunningHost("DaskVine.Transfers.dll"))
        {
            host.SetUp();
            host.Library.Load(1, Kernel("Checksum"));
            Assert.Equal(Transfers.Crc32C.Append(0, [1, 2, 3]), host.Fork().Result<uint>(1, new byte[] { 1, 2, 3 }));
        }

        using var without = With("Checksum");
        var failure = without.Fork().Failure(1, new byte[] { 1 });
        Assert.Equal(FailureKind.Unloadable, failure.Kind);
        Assert.Contains("DaskVine.Transfers", failure.Message);
    }

    [Fact]
    public void Result_WithoutAForm_IsToldByItsType()
    {
        using var host = With("Unknown");
        var failure = host.Fork().Failure(1);
        Assert.Equal(FailureKind.Unpicklable, failure.Kind);
        Assert.Contains("cannot leave the process", failure.Message);
    }

    [Fact]
    public void Input_ThatIsAPickle_IsExplained()
    {
        using var host = With("Describe");
        var body = new BodyWriter(1);
        body.Input(0);
        var failed = Assert.IsType<HostFailed>(host.Fork().Call([1], body.ToArray(), [new HostInput(new byte[] { 0x80, 5 }, null)]));
        Assert.Contains("parameter 'particle' of Kernels.Describe is given the result of a Python function that has no Arrow form", failed.Failure.Message);
    }

    [Theory]
    [InlineData("Overflow", 0, AbortStatus, "Stack overflow")]
    [InlineData("FailFast", "no model", AbortStatus, "no model")]
    [InlineData("Exit", 3, 3, "")]
    public async Task Crash_EndsTheProcessWithWhatTheRuntimeSays(string method, object argument, int status, string log)
    {
        using var host = With(method);
        var child = host.Fork();
        Assert.Null(child.Call([1], HostLink.Body(argument)));
        Assert.Equal(status, await host.ExitCode());
        Assert.Contains(log, await host.Errors);
    }

    [Fact]
    public async Task EndOfInput_EndsTheProcessWhateverRuns()
    {
        using var host = With("Await");
        var child = host.Fork();
        child.Write([1], HostLink.Body("/never/there"));
        child.Flush();
        host.CloseInput();
        Assert.NotEqual(0, await host.ExitCode());
    }
}
