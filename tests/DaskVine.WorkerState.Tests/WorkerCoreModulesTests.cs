using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreModulesTests
{
    private static readonly HostId Child = HostId.Child(0);
    private static readonly UploadedModule First = new("x.py", "01", "/u/01/x.py");
    private static readonly UploadedModule Second = new("x.py", "02", "/u/02/x.py");
    private static readonly UploadedModule Other = new("y.zip", "03", "/u/03/y.zip");

    [Fact]
    public void Module_Received_IsWithTheLibraryAndEachChildBeforeCallsThatCameAfterIt()
    {
        var core = Ready(cores: 2).Handle(new ModuleReceived(First), new AssignReceived(Call(1)));
        Assert.Equal(
            [typeof(LoadModule), typeof(SendModule), typeof(SendModule), typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Module_AgainAfterANewWelcome_IsNotSentAgain()
    {
        var core = Ready().Handle(new ModuleReceived(First), new ModuleReceived(Other));
        core.Drain();
        core.Handle(new LinkLost()).Handle(new LinkOpened("m1")).Handle(new Welcomed("m1"), new ModuleReceived(First), new ModuleReceived(Other));
        Assert.Empty(core.Drain().OfType<SendModule>());
    }

    [Fact]
    public void Child_New_HasTheNewestOfEachNameInOrder()
    {
        var core = Ready().Handle(new ModuleReceived(First), new ModuleReceived(Other), new ModuleReceived(Second));
        Assert.Equal([First, Other, Second], Modules(core));
        core.Handle(new HostGone(Child, 1, "")).Handle(new HostUp(Child));
        Assert.Equal([Other, Second], Modules(core));
    }

    [Fact]
    public void Module_OfAnEarlierContent_ReplacesTheLaterOne()
    {
        var core = Ready().Handle(new ModuleReceived(First), new ModuleReceived(Second));
        core.Drain();
        Assert.Equal([First], Modules(core.Handle(new ModuleReceived(First))));
    }

    [Fact]
    public void TaskProcess_Up_HasModulesBeforeItsCall()
    {
        var core = Ready().Handle(new ModuleReceived(First), new AssignReceived(Call(1, mode: TaskMode.Tasks)));
        core.Drain();
        core.Handle(new HostUp(HostId.Task(0)));
        Assert.Equal([typeof(SendModule), typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Manager_Another_HasChildrenWithoutModulesOfTheOneBefore()
    {
        var core = Ready().Handle(new ModuleReceived(First));
        core.Drain();
        core.Handle(new LinkLost()).Handle(new LinkOpened("m2"), new Welcomed("m2"));
        Assert.Contains(new EndLibrary(0), core.Drain());
        core.Handle(new LibraryGone(0, ""));
        Assert.Equal([new StartLibrary()], core.Drain());
        core.Handle(new LibraryUp()).Handle(new HostUp(Child));
        Assert.Empty(Modules(core));
    }

    [Fact]
    public void Library_ThatIsStarted_HasModulesBeforeAnythingElse()
    {
        var core = Ready().Handle(new ModuleReceived(First));
        core.Drain();
        core.Handle(new LibraryGone(-9, "")).Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([First], Assert.Single(core.Drain().OfType<StartLibrary>()).Modules!);
    }

    private static IEnumerable<UploadedModule> Modules(CoreHarness core) => core.Drain().OfType<SendModule>().Select(e => e.Module);
}
