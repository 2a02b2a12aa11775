using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

/// <summary>Libraries beside the worker's own.</summary>
public class WorkerCoreLibrariesTests
{
    private const int Number = 7;

    [Fact]
    public void Library_BeforeItsFirstCall_IsNotStarted() => With(new LibrarySpec { Name = "l" }).MustWantNothing();

    [Fact]
    public void Library_OfACall_IsStartedOnceAndItsChildrenForkedAsNeeded()
    {
        var core = With(new LibrarySpec { Name = "l" }, cores: 3).Handle(Assigned(1), Assigned(2));
        Assert.Equal(1, Assert.IsType<StartLibrary>(Assert.Single(core.Drain())).Library);
        core.Handle(new LibraryUp(Library: 1));
        Assert.Equal([new ForkChild(0, 1), new ForkChild(1, 1)], core.Drain());
        core.Handle(new HostUp(HostId.Child(0, 1)), new HostUp(HostId.Child(1, 1)));
        Assert.Equal([HostId.Child(0, 1), HostId.Child(1, 1)], core.DrainCalls().Select(call => call.Host));
    }

    [Fact]
    public void Calls_OfTheWorkersOwn_RunWhileALibraryStarts()
    {
        var core = With(new LibrarySpec { Name = "l" }).Handle(Assigned(1), new AssignReceived(Call(2)));
        Assert.Equal(HostId.Child(0), Assert.Single(core.Drain().OfType<SendCall>()).Host);
    }

    [Fact]
    public void Slots_OfALibrary_BoundItsCalls()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1 }, cores: 2).Handle(Assigned(2), Assigned(3));
        Assert.Empty(core.Drain().OfType<ForkChild>());
    }

    [Fact]
    public void Calls_OfSeveralCores_TakeAsManySlots()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1, Cores = 2 }, cores: 2).Handle(new AssignReceived(Call(3)));
        var first = Assert.Single(core.DrainCalls());
        core.Handle(Returned(first));
        Assert.Equal(3, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
    }

    [Fact]
    public void Call_OfMoreCoresThanThereAre_Fails()
    {
        var core = With(new LibrarySpec { Name = "l", Slots = 1, Cores = 2 }).Handle(Assigned(1));
        Assert.Contains("2 cores of a worker that has 1", FailureIn(core).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Child_ForOneCall_IsReplacedAfterIt()
    {
        var core = Up(new LibrarySpec { Name = "l", Mode = ExecMode.ForkPerCall }).Handle(Assigned(2));
        var first = Assert.Single(core.DrainCalls());
        core.Handle(Returned(first));
        Assert.Empty(core.Drain().OfType<SendCall>());
        core.Handle(new HostGone(HostId.Child(0, 1), 0, ""));
        Assert.Equal([new ForkChild(0, 1)], core.Drain());
        core.Handle(new HostUp(HostId.Child(0, 1)));
        Assert.Equal(2, Assert.Single(core.DrainCalls()).Task.Task.Value);
    }

    [Theory]
    [InlineData(ExecMode.Direct, 1)]
    [InlineData(ExecMode.Spawn, 2)]
    public void Library_WithoutAParent_HasChildrenThatStartByThemselvesFromTheLastSlotOn(ExecMode mode, int children)
    {
        var core = With(new LibrarySpec { Name = "l", Mode = mode }, cores: 2).Handle(Assigned(1), Assigned(2));
        Assert.Equal(children, core.Drain().OfType<StartChild>().Count());
        core.Handle(new HostUp(HostId.Child(1, 1)));
        Assert.Equal([typeof(SendFunction), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Library_ThatNeverComesUp_FailsItsCallsWithItsLogAndNoOthers()
    {
        var core = With(new LibrarySpec { Name = "physics" }).Handle(Assigned(1));
        FailStarts(core, new LibraryGone(1, "no module named q", 1));
        var failure = FailureIn(core);
        Assert.Equal((FailureKind.Library, "no module named q"), (failure.Kind, failure.Traceback));
        Assert.Contains("library physics", failure.Message, StringComparison.Ordinal);
        core.Handle(new AssignReceived(Call(2)));
        Assert.Single(core.DrainCalls());
    }

    [Fact]
    public void Library_WithoutRetries_FailsItsCallsAtOnce()
    {
        var core = With(new LibrarySpec { Name = "l", Retries = 0 }).Handle(Assigned(1)).Handle(new LibraryGone(1, "", 1));
        Assert.Equal(FailureKind.Library, FailureIn(core).Kind);
    }

    [Fact]
    public void Library_ThatFailedBefore_IsTriedOnceForEachCallFromThenOn()
    {
        var core = With(new LibrarySpec { Name = "l" }).Handle(Assigned(1));
        FailStarts(core, new LibraryGone(1, "", 1));
        core.Drain();
        core.Handle(Assigned(2)).Pass(TimeSpan.FromSeconds(10));
        Assert.IsType<StartLibrary>(Assert.Single(core.Drain()));
        core.Handle(new LibraryGone(1, "", 1));
        Assert.Equal(FailureKind.Library, FailureIn(core).Kind);
    }

    [Fact]
    public void Child_ThatCannotBeSetUp_FailsTheCallsAfterSomeTries()
    {
        var core = With(new LibrarySpec { Name = "l", Mode = ExecMode.Spawn }).Handle(Assigned(1));
        FailStarts(core, new HostGone(HostId.Child(0, 1), 1, "it raised"));
        Assert.Equal((FailureKind.Library, "it raised"), (FailureIn(core).Kind, FailureIn(core).Traceback));
    }

    [Fact]
    public void Forks_ThatAllFail_FailTheCallsAfterSomeTries()
    {
        var core = With(new LibrarySpec { Name = "l" }).Handle(Assigned(1)).Handle(new LibraryUp(Library: 1));
        FailStarts(core, new HostGone(HostId.Child(0, 1), 28, "no space"));
        var failure = FailureIn(core);
        Assert.Equal((FailureKind.Library, "no space"), (failure.Kind, failure.Traceback));
        Assert.Contains("5 times in a row", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_ThatWereUploaded_AreThereBeforeAChildIsSetUp()
    {
        var module = new UploadedModule("m.py", "1", "/m.py");
        var core = With(new LibrarySpec { Name = "l", Mode = ExecMode.Direct }).Handle(new ModuleReceived(module), Assigned(1));
        Assert.Equal([module], Assert.Single(core.Drain().OfType<StartChild>()).Modules!);
    }

    [Fact]
    public void Calls_BehindThoseOfALibraryWithOneSlot_RunInOthers()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1 }, cores: 2).Handle(Assigned(2), Assigned(3), new AssignReceived(Call(4)));
        Assert.Equal([1, 4], core.Drain().OfType<SendCall>().Select(call => call.Task.Task.Value));
    }

    [Fact]
    public void Calls_BehindOneThatWaitsForASlot_DoNotKeepTheSlotFromIt()
    {
        var core = UpBeside(new LibrarySpec { Name = "l", Mode = ExecMode.Direct });
        // Both slots are taken by others, then that of the library is free.
        var others = core.Handle(new AssignReceived(Call(2)), new AssignReceived(Call(3))).DrainCalls();
        core.Handle(Assigned(4), new AssignReceived(Call(5)), new AssignReceived(Call(6))).MustWantNothing();
        core.Handle(Returned(others[0], 5000));
        Assert.Equal(5, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
        core.Handle(Returned(others[1], 5000));
        Assert.Equal(4, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
    }

    [Fact]
    public void Child_WhoseSlotOthersUse_IsForkedInAFreeOne()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1 }, cores: 2);
        core.Handle(Returned(Assert.Single(core.DrainCalls())), new AssignReceived(Call(2)));
        Assert.Equal(0, Assert.Single(core.Drain().OfType<SendCall>()).Host.Slot);
        core.Handle(Assigned(3));
        Assert.Equal([new KillHost(HostId.Child(0, 1))], core.Drain());
        core.Handle(new HostGone(HostId.Child(0, 1), -9, ""));
        Assert.Equal([new ForkChild(1, 1)], core.Drain());
    }

    [Fact]
    public void Call_OfSeveralCoresThatEndsItsProcess_LeavesNoSlotTaken()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1, Cores = 2 }, cores: 2);
        core.Drain();
        core.Handle(new HostGone(HostId.Child(0, 1), 3, ""), new AssignReceived(Call(2)), new AssignReceived(Call(3)));
        Assert.Equal([2, 3], core.Drain().OfType<SendCall>().Select(call => call.Task.Task.Value));
    }

    [Fact]
    public void Library_ThatIsForgotten_Ends()
    {
        var core = Up(new LibrarySpec { Name = "l" });
        core.Handle(Returned(Assert.Single(core.DrainCalls())), new ReportsAcknowledged([Attempt(1)]), new FunctionsForgotten([Number]));
        Assert.Contains(new EndLibrary(1), core.Drain());
        core.Handle(new LibraryGone(0, "", 1));
        core.MustWantNothing();
    }

    [Fact]
    public void Library_ThatIdles_MakesRoomForAnother()
    {
        var core = Up(new LibrarySpec { Name = "l", Memory = 800 }, memory: 1000);
        core.Handle(Returned(Assert.Single(core.DrainCalls())), new FunctionReceived(Spec(8, new LibrarySpec { Name = "m", Memory = 800 })));
        core.Drain();
        core.Handle(new AssignReceived(Call(2) with { Library = 8 }));
        Assert.Equal([new EndLibrary(1), new StartLibrary(2)], core.Drain().Select(e => e is StartLibrary s ? s with { Spec = null, Inputs = null } : e));
    }

    [Fact]
    public void Library_ThatIsBusy_IsWaitedFor()
    {
        var core = Up(new LibrarySpec { Name = "l", Memory = 800 }, memory: 1000);
        var running = Assert.Single(core.DrainCalls());
        core.Handle(new FunctionReceived(Spec(8, new LibrarySpec { Name = "m", Memory = 800 })), new AssignReceived(Call(2) with { Library = 8 }));
        Assert.Empty(core.Drain().OfType<StartLibrary>());
        core.Handle(Returned(running));
        Assert.Equal(2, Assert.Single(core.Drain().OfType<StartLibrary>()).Library);
    }

    [Fact]
    public void Call_ThatEndsItsLibraryEachTime_IsGivenUp()
    {
        var core = Up(new LibrarySpec { Name = "physics" });
        for (var i = 0; i < 5; i++)
        {
            core.Handle(new LibraryGone(-9, "", 1)).Pass(TimeSpan.FromSeconds(10));
            if (core.Drain().OfType<StartLibrary>().Any())
                core.Handle(new LibraryUp(Library: 1)).Handle(new HostUp(HostId.Child(0, 1)));
        }

        Assert.Equal(FailureKind.Lost, FailureIn(core).Kind);
        Assert.Contains("library physics", FailureIn(core).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_ThatEndsWithCalls_StartsAgainForThem()
    {
        var core = Up(new LibrarySpec { Name = "l" });
        core.Drain();
        core.Handle(new LibraryGone(-9, "", 1)).Pass(TimeSpan.FromSeconds(10));
        Assert.Contains(core.Drain(), effect => effect is StartLibrary { Library: 1 });
    }

    [Fact]
    public void Child_WhoseSlotAnotherCallTakesInTheSameStep_IsForkedElsewhereAtOnce()
    {
        var core = Up(new LibrarySpec { Name = "l", Slots = 1 }, cores: 2);
        core.Handle(Returned(Assert.Single(core.DrainCalls()), 5000)).Drain();
        core.Handle(new AssignReceived(Call(2)), Assigned(3));
        Assert.Contains(new KillHost(HostId.Child(0, 1)), core.Drain());
        core.Handle(new HostGone(HostId.Child(0, 1), -9, ""));
        Assert.Equal([new ForkChild(1, 1)], core.Drain());
    }

    [Fact]
    public void Inputs_OfALibrary_AreTheLastOfItsCalls()
    {
        var core = With(new LibrarySpec { Name = "l", Inputs = ["environment"], PackedEnvironment = "environment" });
        core.Handle(new FileArrived(new FileId(5), 10), new AssignReceived(Call(1, files: 5) with { Library = Number }));
        Assert.Equal(5, Assert.Single(Assert.Single(core.Drain().OfType<StartLibrary>()).Inputs!).File.Value);
    }

    [Theory]
    [InlineData(null, "was not sent")]
    [InlineData(0, "malformed")]
    public void Call_OfALibraryThatIsNone_Fails(int? code, string reason)
    {
        var core = Ready();
        if (code is not null)
            core.Handle(new FunctionReceived(new FunctionCode(Number, new byte[16], "l", new byte[1])));
        core.Handle(Assigned(1));
        Assert.Contains(reason, FailureIn(core).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Manager_Another_EndsLibraries()
    {
        var core = Up(new LibrarySpec { Name = "l" });
        core.Drain();
        core.Handle(new LinkLost(), new LinkOpened(null), new Welcomed("m2"));
        Assert.Contains(new EndLibrary(1), core.Drain());
        core.Handle(new LibraryGone(0, "", 1));
        core.Handle(Code(Function), new AssignReceived(Call(1)));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    private static void FailStarts(CoreHarness core, WorkerEvent fails)
    {
        for (var i = 0; i < 5; i++)
        {
            core.Drain();
            core.Handle(fails).Pass(TimeSpan.FromSeconds(10));
        }
    }

    private static Failure FailureIn(CoreHarness core)
    {
        core.Drain();
        return core.Seen.OfType<Report>().Select(report => report.Record).OfType<Failed>().Last().Failure;
    }

    private static AssignReceived Assigned(long task) => new(Call(task) with { Library = Number });

    private static FunctionCode Spec(int number, LibrarySpec spec) => new(number, new byte[16], spec.Name, spec.ToBytes());

    private static CoreHarness With(LibrarySpec spec, int cores = 1, long memory = 0) =>
        Ready(cores, memory: memory).Handle(new FunctionReceived(Spec(Number, spec)));

    /// <summary>On two cores; its one process, in the last slot, is up and idle.</summary>
    private static CoreHarness UpBeside(LibrarySpec spec)
    {
        var core = With(spec, cores: 2).Handle(Assigned(1)).Handle(new HostUp(HostId.Child(1, 1)));
        // Too long for others to be sent ahead.
        core.Handle(Returned(core.Drain().OfType<SendCall>().Single(), 5000));
        core.Drain();
        return core;
    }

    /// <summary>Its library is up and runs call 1.</summary>
    private static CoreHarness Up(LibrarySpec spec, int cores = 1, long memory = 0)
    {
        var core = With(spec, cores, memory).Handle(Assigned(1)).Handle(new LibraryUp(Library: 1)).Handle(new HostUp(HostId.Child(0, 1)));
        var call = core.Drain().Last();
        Assert.IsType<SendCall>(call);
        core.Put(call);
        return core;
    }
}
