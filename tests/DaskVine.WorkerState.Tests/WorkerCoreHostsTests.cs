using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreHostsTests
{
    private static readonly HostId Child = HostId.Child(0);

    [Fact]
    public void Library_BeforeAnything_IsStarted() =>
        Assert.Equal([new StartLibrary()], new CoreHarness(2).Handle().Drain());

    [Fact]
    public void Library_OnceUp_ForksAChildForEachSlot()
    {
        var core = new CoreHarness(2).Handle();
        core.Drain();
        Assert.Equal([new ForkChild(0), new ForkChild(1)], core.Handle(new LibraryUp()).Drain());
    }

    [Fact]
    public void Child_ExitingInItsOnlyCall_FailsThatCall()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        core.DrainCalls();
        core.Handle(new HostGone(Child, 3, "what\nit wrote"));
        var failure = FailureIn(core.Drain());
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Equal("the process that ran it ended with exit code 3; it wrote last:\nwhat\nit wrote", failure.Message);
    }

    [Fact]
    public void Versions_OfALibraryUpAfterTheHello_AreReported()
    {
        var core = new CoreHarness(1).Handle(new LinkOpened(null), new Welcomed("m1"));
        core.Drain();
        core.Handle(new LibraryUp(SomeVersions));
        Assert.Equal([new Versions(SomeVersions)], core.Drain().OfType<Report>().Select(r => r.Record));
    }

    [Fact]
    public void Versions_OfALibraryUpBetweenHelloAndWelcome_AreReportedAfterTheWelcome()
    {
        var core = new CoreHarness(1).Handle(new LinkOpened(null)).Handle(new LibraryUp(SomeVersions));
        Assert.Empty(core.Drain().OfType<Report>());
        core.Handle(new Welcomed("m1"));
        Assert.Equal([new Versions(SomeVersions)], core.Drain().OfType<Report>().Select(r => r.Record));
    }

    [Fact]
    public void Versions_OfALibraryUpBeforeTheHello_AreLeftToTheHello()
    {
        var core = new CoreHarness(1).Handle().Handle(new LibraryUp(SomeVersions), new LinkOpened(null), new Welcomed("m1"));
        Assert.Empty(core.Drain().OfType<Report>());
    }

    [Fact]
    public void Child_KilledThreeTimesByItsCall_GivesTheCallUp()
    {
        var core = Ready().Handle(new AssignReceived(Call(1)));
        for (var run = 1; run <= 2; run++)
        {
            Assert.Single(core.DrainCalls());
            core.Handle(new HostGone(Child, -9, "")).Pass(TimeSpan.FromMilliseconds(10));
            Assert.Single(core.Drain().OfType<ForkChild>());
            core.Handle(new HostUp(Child));
        }

        core.Drain();
        core.Handle(new HostGone(Child, -9, ""));
        var failure = FailureIn(core.Drain());
        Assert.Equal(FailureKind.Lost, failure.Kind);
        Assert.Equal("the process that ran it was killed by signal 9 (SIGKILL), 3 times in 3 runs", failure.Message);
    }

    [Fact]
    public void Child_DyingWithSeveralCalls_FindsTheCulpritByRunningThemAlone()
    {
        var core = Measured(10).Handle(Calls(3));
        Assert.Equal(3, core.DrainCalls().Count);
        core.Handle(new HostGone(Child, 3, ""));
        core.Drain();
        core.Handle(new HostUp(Child));
        core.Handle(Returned(Assert.Single(core.DrainCalls())));
        Assert.Equal(2, core.Drain().OfType<SendCall>().Single().Task.Task.Value);
        core.Handle(new HostGone(Child, 3, ""));
        Assert.Equal(2, core.Drain().OfType<Report>().Select(r => r.Record).OfType<Failed>().Single().Task.Value);
        core.Handle(new HostUp(Child));
        Assert.Equal(3, Assert.Single(core.DrainCalls()).Task.Task.Value);
    }

    [Fact]
    public void Child_NewInItsSlot_HasTheFunctionsOfItsLibrary()
    {
        var core = Measured(10);
        core.Handle(new HostGone(Child, 0, ""), new AssignReceived(Call(1)));
        core.Drain();
        core.Handle(new HostUp(Child));
        Assert.IsType<SendCall>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Children_DyingWithoutResults_AreForkedEverMoreSlowly()
    {
        var core = Ready();
        core.Handle(new HostGone(Child, 1, ""));
        Assert.Equal([new ForkChild(0)], core.Drain());
        foreach (var delay in (int[])[10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000])
        {
            core.Handle(new HostGone(Child, 1, ""));
            Assert.Equal(core.Now + TimeSpan.FromMilliseconds(delay), core.Wake);
            core.MustWantNothing();
            core.Pass(TimeSpan.FromMilliseconds(delay));
            Assert.Equal([new ForkChild(0)], core.Drain());
        }
    }

    [Fact]
    public void Library_Gone_RunsItsCallsAgainUncharged()
    {
        var core = Measured(10, cores: 2).Handle(Calls(4));
        core.DrainCalls();
        core.Handle(new LibraryGone(-9, ""));
        Assert.Equal(4, core.Drain().OfType<DropOutput>().Count());
        core.Handle(new LibraryUp());
        core.Handle(new HostUp(HostId.Child(0)), new HostUp(HostId.Child(1)));
        Assert.Equal([1, 2, 3, 4], core.Drain().OfType<SendCall>().Select(c => (int)c.Task.Task.Value));
    }

    [Fact]
    public void Library_NeverComingUp_FailsWaitingCallsWithItsLog()
    {
        var core = new CoreHarness(1).Handle(new LinkOpened(null), new Welcomed("m1"), Code(Function), new AssignReceived(Call(1)));
        for (var time = 1; time <= 5; time++)
        {
            Assert.DoesNotContain(core.Drain(), e => e is Report);
            core.Handle(new LibraryGone(1, "No module named msgpack"));
            core.Pass(core.Wake - core.Now ?? TimeSpan.Zero);
        }

        var failure = FailureIn(core.Drain());
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Equal("the worker's library process ended with exit code 1 before it was ready, 5 times in a row", failure.Message);
        Assert.Equal("No module named msgpack", failure.Traceback);
    }

    private static readonly Dictionary<string, string> SomeVersions = new() { ["dask"] = "1" };

    private static Failure FailureIn(List<WorkerEffect> effects) =>
        Assert.Single(effects.OfType<Report>().Select(r => r.Record).OfType<Failed>()).Failure;
}
