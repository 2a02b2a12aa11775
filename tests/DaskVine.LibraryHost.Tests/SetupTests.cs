using DaskVine.Values;
using static DaskVine.LibraryHost.Tests.RunningHost;

namespace DaskVine.LibraryHost.Tests;

public class SetupTests
{
    [Fact]
    public void Context_IsMadeOnceAndGivenByTypeOrAsContext()
    {
        using var host = new RunningHost();
        Assert.Null(host.SetUp(new LibrarySetup(Kernel("Load"), HostLink.Body("net", 7))).Failure);
        host.Library.Load(1, Kernel("NameOf"));
        host.Library.Load(2, Kernel("SizeOf"));
        Assert.Equal("netnet", host.Fork(0).Result<string>(1, 2));
        Assert.Equal(7, host.Fork(1).Result<int>(2));
    }

    [Fact]
    public async Task Setup_ThatRaises_IsToldAndEndsTheProcess()
    {
        using var host = new RunningHost();
        var failure = host.SetUp(new LibrarySetup(Kernel("LoadNot"), HostLink.Body("net"))).Failure!;
        Assert.Equal("library kernels: its setup raised FileNotFoundException: no model net", failure.Message);
        Assert.Contains("Kernels.LoadNot(String name)", failure.Traceback);
        Assert.Equal(1, await host.ExitCode());
    }

    [Fact]
    public void Setup_ThatIsNotThere_IsNamed()
    {
        using var host = new RunningHost();
        var failure = host.SetUp(new LibrarySetup(Kernel("Load") with { Method = "Train" }, HostLink.Body())).Failure!;
        Assert.Contains("library kernels: Kernels.Train of assembly DaskVine.LibraryHost.TestFunctions cannot be loaded", failure.Message);
    }

    [Fact]
    public void Context_ThatTheLibraryDoesNotHave_IsMissedByName()
    {
        using var host = With();
        var child = host.Fork();
        child.Writer.Function(1, "SizeOf", Kernel("SizeOf").ToCode());
        Assert.Contains("parameter 'model' of Kernels.SizeOf takes the library's context as Model, and the library has no setup", child.Failure(1).Message);
    }
}
