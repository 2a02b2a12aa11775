using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

/// <summary>Functions that the library loads before its children are to call them.</summary>
public class WorkerCoreLoadsTests
{
    private static readonly HostId Child = HostId.Child(0);
    private static readonly UploadedModule Module = new("m.py", "1", "/m.py");

    [Fact]
    public void Call_OfANewFunction_WaitsUntilTheLibraryHasLoadedIt()
    {
        var core = Waiting();
        core.Handle(new AssignReceived(CallOf(2, 1)), new AssignReceived(CallOf(2, 2)));
        Assert.Equal(2, Assert.IsType<LoadFunction>(Assert.Single(core.Drain())).Function.Number);
        core.Handle(new FunctionLoaded(10));
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Call_OfAFunctionThatIsLoaded_PassesThatOfANewOne()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)), new AssignReceived(Call(2)));
        Assert.Equal(2, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
    }

    [Fact]
    public void Child_ThatIdles_IsReplacedForAFunctionThatWasLongToLoad()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)));
        core.Drain();
        core.Handle(new FunctionLoaded(500_000));
        Assert.Equal([new KillHost(Child)], core.Drain());
        core.Handle(new HostGone(Child, -9, ""));
        Assert.Equal([new ForkChild(0)], core.Drain());
        core.Handle(new HostUp(Child));
        Assert.IsType<SendCall>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Child_ThatIdles_IsReplacedForAFunctionThatHoldsMuch()
    {
        var core = Waiting().Handle(new FunctionReceived(new FunctionCode(3, new byte[16], "large", new byte[1 << 20])), new AssignReceived(CallOf(3, 1)));
        core.Drain();
        core.Handle(new FunctionLoaded(10));
        Assert.Equal([new KillHost(Child)], core.Drain());
    }

    [Fact]
    public void Child_ThatIsBusy_IsReplacedWhenItHasEnded()
    {
        var core = Waiting().Handle(new AssignReceived(Call(1)), new AssignReceived(CallOf(2, 2)));
        var running = Assert.Single(core.Drain().OfType<SendCall>());
        core.Handle(new FunctionLoaded(500_000));
        core.MustWantNothing();
        core.Handle(Returned(running));
        Assert.Contains(new KillHost(Child), core.Drain());
    }

    [Fact]
    public void Function_ThatTheLibraryCannotLoad_IsSentToItsChildren()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)));
        core.Drain();
        core.Handle(new FunctionLoaded(500_000, Ok: false));
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Function_ThatTheLibraryCouldNotLoad_IsAskedOfItAgainWithANewModule()
    {
        var core = Unloadable();
        core.Handle(new ModuleReceived(Module));
        Assert.Equal([typeof(LoadModule), typeof(SendModule), typeof(LoadFunction)], core.Drain().Select(e => e.GetType()));
        core.Handle(new AssignReceived(CallOf(2, 2))).MustWantNothing();
        core.Handle(new FunctionLoaded(500_000));
        Assert.Equal([new KillHost(Child)], core.Drain());
        core.Handle(new HostGone(Child, -9, "")).Handle(new HostUp(Child));
        Assert.Empty(core.Drain().OfType<SendFunction>());
        Assert.Equal(2, core.Seen.OfType<SendCall>().Last().Task.Task.Value);
    }

    [Fact]
    public void Function_ThatANewModuleDoesNotHelp_IsSentToChildrenAsBefore()
    {
        var core = Unloadable();
        core.Handle(new ModuleReceived(Module), new AssignReceived(CallOf(2, 2))).Drain();
        core.Handle(new FunctionLoaded(10, Ok: false));
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Function_ThatTheLibraryCouldNotLoad_IsAskedOfTheNextOneThatHasTheModule()
    {
        var core = Unloadable();
        core.Handle(new LibraryGone(-9, ""), new ModuleReceived(Module), new AssignReceived(CallOf(2, 2))).Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([Module], Assert.Single(core.Drain().OfType<StartLibrary>()).Modules!);
        core.Handle(new LibraryUp());
        Assert.Equal([Function, 2], core.Drain().OfType<LoadFunction>().Select(load => load.Function.Number));
    }

    [Fact]
    public void Function_ThatTookTheLibraryWithIt_IsNotAskedOfItAgain()
    {
        var core = Unloadable().Handle(new ModuleReceived(Module));
        core.Handle(new LibraryGone(-11, "")).Pass(TimeSpan.FromSeconds(10)).Handle(new LibraryUp()).Drain();
        core.Handle(new ModuleReceived(Module with { Hash = "2" }));
        Assert.Equal([typeof(LoadModule)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Function_ThatTookTheLibraryWithIt_IsSentToChildrenOnly()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)));
        core.Drain();
        core.Handle(new LibraryGone(-11, "")).Pass(TimeSpan.FromSeconds(10));
        Assert.IsType<StartLibrary>(Assert.Single(core.Drain()));
        core.Handle(new LibraryUp());
        // What others of its calls use is loaded by the new library, so that its children have it.
        Assert.Equal(Function, Assert.Single(core.Drain().OfType<LoadFunction>()).Function.Number);
        core.MustWantNothing();
        core.Handle(new FunctionLoaded(10)).Handle(new HostUp(Child));
        Assert.Equal([typeof(ForkChild), typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Function_ThatAnotherLibraryProcessCannotLoad_IsSentToItsChildren()
    {
        var core = Waiting().Handle(new AssignReceived(Call(1)));
        core.Drain();
        core.Handle(new LibraryGone(-9, "")).Pass(TimeSpan.FromSeconds(10)).Handle(new LibraryUp());
        core.Handle(new FunctionLoaded(10, Ok: false)).Handle(new HostUp(Child));
        core.Drain();
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Seen.TakeLast(2).Select(e => e.GetType()));
    }

    [Fact]
    public void Answers_OfALibraryThatEnds_CountNoMore()
    {
        var core = Waiting().Handle(new ModuleReceived(new UploadedModule("m.py", "1", "/m.py")), new AssignReceived(CallOf(2, 1)));
        core.Drain();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m2"));
        Assert.Contains(new EndLibrary(0), core.Drain());
        core.Handle(new FunctionLoaded(10)).MustWantNothing();
    }

    [Fact]
    public void Child_ForkedAfterALoad_IsNotSentTheFunction()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)));
        core.Drain();
        core.Handle(new HostGone(Child, -9, ""), new FunctionLoaded(10)).Drain();
        core.Handle(new HostUp(Child));
        Assert.IsType<SendCall>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Call_ThatWaitsForALoad_CanBeTakenBackOrCancelled()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)), new AssignReceived(CallOf(2, 2)));
        core.Drain();
        core.Handle(new RetractReceived([new TaskId(1)]), new CancelReceived([new TaskId(2)]));
        Assert.Equal([Attempt(1)], Assert.IsType<Retracted>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record).Tasks);
        core.Handle(new FunctionLoaded(10));
        core.MustWantNothing();
    }

    [Fact]
    public void Functions_ThatAreForgotten_AreForgottenByTheLibraryToo()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)));
        core.Handle(new FunctionLoaded(10));
        var call = Assert.Single(core.Drain().OfType<SendCall>());
        core.Handle(Returned(call), new ReportsAcknowledged([Attempt(1)]), new FunctionsForgotten([2]));
        Assert.Equal([2], Assert.Single(core.Drain().OfType<ForgetLoaded>()).Functions);
    }

    // Knows functions 1, which is loaded, and 2, which is not.
    private static CoreHarness Waiting()
    {
        var core = Ready();
        core.LoadsAtOnce = false;
        return core.Handle(Code(2));
    }

    // Its parent could not load function 2, and one call of that has ended.
    private static CoreHarness Unloadable()
    {
        var core = Waiting().Handle(new AssignReceived(CallOf(2, 1)), new FunctionLoaded(10, Ok: false));
        core.Handle(Returned(Assert.Single(core.Drain().OfType<SendCall>())), new ReportsAcknowledged([Attempt(1)])).Drain();
        return core;
    }

    private static Assign CallOf(int function, long task) => Call(task) with { Functions = [function] };
}
