using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

/// <summary>A library of .NET functions, whose children are threads of its process.</summary>
public class WorkerCoreThreadsTests
{
    private const int Number = 7;

    [Fact]
    public void Threads_AreAskedOfTheirLibraryAsNeeded()
    {
        var core = Started(cores: 3, calls: 2);
        Assert.Equal([new ForkChild(0, 1), new ForkChild(1, 1)], core.Drain());
    }

    [Fact]
    public void Function_ThatTheLibraryHasLoaded_IsNotSentToItsThreads()
    {
        var core = Up(cores: 1, calls: 1);
        Assert.Empty(core.Drain().OfType<SendFunction>());
        core.Handle(Code(2)).Handle(new AssignReceived(Call(2) with { Library = Number, Functions = [2] }));
        core.Handle(Returned(core.Seen.OfType<SendCall>().Last()));
        Assert.Equal([typeof(SendCall)], core.Drain().Where(e => e is SendCall or SendFunction or KillHost).Select(e => e.GetType()));
    }

    [Fact]
    public void Crash_WithOneCall_IsThatCallsFault()
    {
        var core = Up(cores: 2, calls: 1);
        core.Handle(new LibraryGone(3, "Process terminated. no way", 1));
        var failure = FailureIn(core);
        Assert.Equal(FailureKind.Died, failure.Kind);
        Assert.Contains("ended with exit code 3; it wrote last:\nProcess terminated. no way", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_WithSeveralCalls_RunsThemAgainOneAtATimeAndTheNextNamesTheCulprit()
    {
        var core = Up(cores: 2, calls: 2);
        core.Drain();
        core.Handle(new LibraryGone(134, "", 1));
        Assert.DoesNotContain(core.Drain(), effect => effect is Report);
        Restart(core, slots: 2);
        var first = Assert.Single(core.Drain().OfType<SendCall>());
        Assert.Equal(1, first.Task.Task.Value);
        core.Handle(Returned(first));
        Assert.Equal(2, Assert.Single(core.Drain().OfType<SendCall>()).Task.Task.Value);
        core.Handle(new LibraryGone(134, "Stack overflow.", 1));
        Assert.Equal(new TaskId(2), core.Drain().OfType<Report>().Select(report => report.Record).OfType<Failed>().Single().Task);
    }

    [Fact]
    public void Calls_BesideASuspect_WaitAndThoseOfOthersDoNot()
    {
        var core = Up(cores: 3, calls: 2);
        core.Drain();
        core.Handle(new LibraryGone(134, "", 1), Assigned(3), new AssignReceived(Call(4)));
        Restart(core, slots: 2);
        core.Drain();
        Assert.Equal([1, 2, 4, 1], core.Seen.OfType<SendCall>().Select(call => call.Task.Task.Value).Where(task => task < 900));
    }

    [Fact]
    public void Crash_BySignal_IsTriedAFewTimesMore()
    {
        var core = Up(cores: 1, calls: 1);
        core.Handle(new LibraryGone(-11, "", 1));
        Restart(core, slots: 1);
        core.Handle(new LibraryGone(-11, "", 1));
        Restart(core, slots: 1);
        core.Handle(new LibraryGone(-11, "", 1));
        Assert.Equal(FailureKind.Lost, FailureIn(core).Kind);
        Assert.Contains("3 times in 3 runs", FailureIn(core).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_ThatIsCancelledAndDoesNotEnd_EndsTheProcessAndInnocentsRunAgainUncharged()
    {
        var core = Up(cores: 2, calls: 2);
        core.Drain();
        core.Handle(new CancelReceived([new TaskId(1)])).Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([new KillHost(HostId.Child(0, 1))], core.Drain());
        core.Handle(new LibraryGone(-9, "", 1));
        Restart(core, slots: 1);
        // Not a suspect: others may run beside it.
        core.Handle(Assigned(3)).Handle(new HostUp(HostId.Child(1, 1)));
        Assert.Equal([2, 3], core.Drain().OfType<SendCall>().Select(call => call.Task.Task.Value));
    }

    [Fact]
    public void Thread_WhoseSlotOthersUse_IsNotEndedForIt()
    {
        var core = Up(cores: 2, calls: 1, slots: 1);
        core.Handle(Returned(core.Drain().OfType<SendCall>().Single()), new AssignReceived(Call(5)));
        core.Handle(Assigned(6));
        Assert.DoesNotContain(core.Drain(), effect => effect is KillHost);
    }

    private static void Restart(CoreHarness core, int slots)
    {
        core.Pass(TimeSpan.FromSeconds(10)).Handle(new LibraryUp(Library: 1)).Pass(TimeSpan.Zero);
        foreach (var fork in core.Drain().OfType<ForkChild>().Take(slots).ToList())
            core.Handle(new HostUp(HostId.Child(fork.Slot, 1)));
    }

    private static Failure FailureIn(CoreHarness core)
    {
        core.Drain();
        return core.Seen.OfType<Report>().Select(report => report.Record).OfType<Failed>().Last().Failure;
    }

    private static AssignReceived Assigned(long task) => new(Call(task) with { Library = Number });

    /// <summary>Its process is up, and threads are asked for.</summary>
    private static CoreHarness Started(int cores, int calls, int slots = 0)
    {
        var spec = new LibrarySpec { Name = "kernels", Runtime = LibraryRuntime.Dotnet, Mode = ExecMode.Threads, Slots = slots };
        var core = Ready(cores).Handle(new FunctionReceived(new FunctionCode(Number, new byte[16], "kernels", spec.ToBytes())));
        core.Handle([.. Enumerable.Range(1, calls).Select(task => Assigned(task))]);
        Assert.Single(core.Drain().OfType<StartLibrary>());
        return core.Handle(new LibraryUp(Library: 1));
    }

    /// <summary>Its calls run, each in its thread.</summary>
    private static CoreHarness Up(int cores, int calls, int slots = 0) =>
        Started(cores, calls, slots).Handle([.. Enumerable.Range(0, calls).Select(slot => new HostUp(HostId.Child(slot, 1)))]);
}
