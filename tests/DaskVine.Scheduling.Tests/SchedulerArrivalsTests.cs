using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Files on their way to workers, and what ends that.</summary>
public sealed class SchedulerArrivalsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });
    private readonly TestWorker _first;
    private readonly TestWorker _second;

    /// <summary>The first holds a; the second gets it from there.</summary>
    public SchedulerArrivalsTests()
    {
        _first = _env.Worker(peer: true);
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Wanted("b", "c");
        _env.Drain();
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            _first.CompletesLarge("a");
            second = _env.Worker(peer: true);
        });
        _second = second!;
        _env.Expect("w1 run b(@a)", "w2 function f", "w2 get a from w1", "w2 run c(@a)");
    }

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Arrival_ThatIsNotNeededAnyMore_IsReleased()
    {
        _first.Completes("b");
        _env.Expect("c1 result 1.1 b");
        _env.Graph().Cancel();
        _env.Expect("w2 cancel c", "w2 release c", "w2 release a", "w1 release a");
        _env.MustHoldNothing();
        _second.Sends(new Transferred(_env.FileOf("a"), TestWorker.LargeSize, _second.LastTransfer("a").Number, 0, 0));
        _env.Expect("w2 release a");
    }

    [Fact]
    public void Answer_WithAnOldNumber_DoesNotCount()
    {
        var old = _second.LastTransfer("a").Number;
        _second.Rejoins(["c"], []);
        _env.Expect("w2 function f", "w2 get a from w1");
        _second.Sends(new Transferred(_env.FileOf("a"), TestWorker.LargeSize, old, 0, 0));
        _first.Crashes();
        _env.Expect("w2 release a", "w2 cancel c", "w2 release c", "w2 run a() #2");
        _second.Completes("a");
        _env.Drain();
    }

    [Fact]
    public void Part_ToldAfterANewLink_IsReleasedWithItsArrivalThatNeverRan()
    {
        _second.CannotGet("a", TransferFailureKind.Unreachable);
        _env.Expect("w1 fetch a");
        _second.Rejoins(["c"], []);
        _env.Expect("w2 function f");
        _second.CannotGet("a", TransferFailureKind.Unreachable);
        _env.MustWantNothing();
        _env.Graph().Cancel();
        _env.ExpectInAnyOrder("w1 cancel b", "w1 release b", "w2 cancel c", "w2 release c", "w2 release a", "w1 release a", "drop a");
    }

    [Fact]
    public void File_ToldAfterANewLink_IsReleasedWithItsArrivalThatNeverRan()
    {
        var old = _second.LastTransfer("a").Number;
        _second.CannotGet("a", TransferFailureKind.Unreachable);
        _second.Rejoins(["c"], []);
        _env.Expect("w1 fetch a", "w2 function f");
        _second.Sends(new Transferred(_env.FileOf("a"), TestWorker.LargeSize, old, 0, 0));
        _env.MustWantNothing();
        _env.Graph().Cancel();
        _env.ExpectInAnyOrder("w1 cancel b", "w1 release b", "w2 cancel c", "w2 release c", "w2 release a", "w1 release a", "drop a");
    }

    [Fact]
    public void Part_OfWhatTheWorkerMakesItself_GoesWhenItsTaskDoes()
    {
        var old = _second.LastTransfer("a").Number;
        _first.Leaves();
        _env.Expect("w2 release a", "w2 cancel c", "w2 release c", "w2 run a() #2");
        _second.Sends(new TransferFailed(_env.FileOf("a"), old, TransferFailureKind.BrokenOff, "gone"));
        _env.MustWantNothing();
        _second.Completes("a");
        Assert.Contains("w2 release a", _env.Drain());
    }

    [Fact]
    public void Source_ThatHasGotLost_IsReplacedByTheTaskThatMadeIt()
    {
        _first.Leaves();
        _env.Expect("w2 release a", "w2 cancel c", "w2 release c", "w2 run a() #2");
    }

    [Theory]
    [InlineData(TransferFailureKind.Corrupt)]
    [InlineData(TransferFailureKind.NotThere)]
    public void Source_ThatHasNotWhatItShould_LosesIt(TransferFailureKind failure)
    {
        _second.CannotGet("a", failure);
        _env.Expect("w1 release a", "w2 release a", "w1 cancel b", "w1 release b", "w2 cancel c", "w2 release c", "w1 run a() #2");
    }

    [Fact]
    public void File_ThatCannotBeStored_FailsWhoNeedsItThere()
    {
        _second.CannotGet("a", TransferFailureKind.CannotStore, "disk full");
        Assert.Contains("c1 failed 1.2 Lost", _env.Drain());
        _env.MustHoldNothing();
    }

    [Fact]
    public void Answer_OfAWorkerThatHasIt_MakesItASource()
    {
        _second.Gets("a");
        _first.Crashes();
        _env.MustWantNothing();
        _second.Completes("c");
        _env.Expect("c1 result 1.2 c", "w2 run b(@a) #2");
    }
}
