using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Reports that crossed a decision of ours.</summary>
public sealed class SchedulerStaleTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();
    private readonly TestWorker _first;
    private readonly TestWorker _second;
    private readonly Completed _old;

    /// <summary>The first worker was given up and came back; its task is at the second meanwhile.</summary>
    public SchedulerStaleTests()
    {
        _first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        _old = _first.CompletedOf("a");
        _second = _env.Worker();
        _first.Leaves();
        _env.Expect("w2 function f", "w2 run a() #2");
        _first.Joins();
        _env.MustWantNothing();
    }

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Completed_OfAnOldAttempt_DoesNotCount()
    {
        _first.Sends(_old);
        _env.MustWantNothing();
        _second.Completes("a");
        _env.Expect("w1 function f", "w1 run b(a)");
    }

    [Fact]
    public void Completed_OfAnOldAttemptWithAFile_ReleasesTheStray()
    {
        _first.Sends(_old with { Value = null });
        _env.Expect("w1 release a");
    }

    [Fact]
    public void Completed_OfTheRightAttemptByTheWrongWorker_DoesNotCount()
    {
        _first.Sends(_old with { Attempt = 2 });
        _env.MustWantNothing();
        Assert.Equal(2, _env.Counts.Tasks);
    }

    [Fact]
    public void Completed_OfAnOldAttemptWhileTheNextIsThere_DoesNotReleaseItsOutput()
    {
        _first.Leaves();
        var old = _second.CompletedOf("a") with { Value = null };
        _second.Rejoins([], []);
        _env.Expect("w2 function f", "w2 run a() #3");
        _second.Sends(old);
        _env.MustWantNothing();
    }

    [Fact]
    public void Leftover_OfAnOldAttempt_GoesWhenTheNextGivesASmallValue()
    {
        LeaveAnOldOutputAtTheSecond();
        _second.Completes("a");
        _env.Expect("w2 release a", "w2 run b(a)");
    }

    [Fact]
    public void Leftover_OfAnOldAttempt_StaysAsTheOutputWhenTheNextOverwritesIt()
    {
        LeaveAnOldOutputAtTheSecond();
        _second.CompletesLarge("a");
        _env.Expect("w2 run b(@a)");
    }

    [Fact]
    public void Leftover_OfAnOldAttempt_GoesWhenTheNextIsGivenBack()
    {
        LeaveAnOldOutputAtTheSecond();
        _second.GivesBack("a");
        _env.Expect("w2 release a", "w2 run a() #4");
    }

    [Fact]
    public void Completed_OfATaskThatIsGone_IsIgnored()
    {
        _second.Completes("a");
        _first.Completes("b");
        _env.Expect("w1 function f", "w1 run b(a)", "c1 result 1.1 b");
        _first.Sends(_old with { Value = null });
        _first.Sends(_old with { Task = new TaskId(999_999) });
        _env.MustHoldNothing();
    }

    [Fact]
    public void Completed_OfATaskWhoseSlotHasAnother_IsIgnored()
    {
        _second.Completes("a");
        _first.Completes("b");
        _env.Drain();
        _env.Graph().Task("c").Wanted("c");
        _env.Expect("w1 run c()");
        _first.Sends(_old);
        Assert.Equal((1, 1, 1), _env.Counts);
    }

    [Fact]
    public void Failed_OfAnOldAttempt_DoesNotCount()
    {
        _first.Sends(new Failed(_old.Task, _old.Attempt, Failure.Of(FailureKind.Raised, "no")));
        _env.MustWantNothing();
        Assert.Equal(1, _env.Counts.Graphs);
    }

    [Fact]
    public void Retracted_OfAnOldAttempt_DoesNotCount()
    {
        _second.Sends(new Retracted([new TaskAttempt(_old.Task, 1), new TaskAttempt(new TaskId(999_999), 1)]));
        _first.Sends(new Retracted([new TaskAttempt(_old.Task, 2)]));
        _env.MustWantNothing();
        _second.Completes("a");
        _env.Expect("w1 function f", "w1 run b(a)");
    }

    [Fact]
    public void FileLost_OfAFileThatTheWorkerDoesNotHold_IsIgnored()
    {
        _second.CompletesLarge("a");
        _env.Expect("w2 run b(@a)");
        _first.LosesFile("a");
        _first.Sends(new FileLost(new FileId(999_999), "gone"));
        _env.MustWantNothing();
    }

    [Fact]
    public void Record_OfAStranger_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => _env.Handle(new WorkerSent(new WorkerId(9), _old)));
        Assert.Throws<InvalidOperationException>(() => _env.Handle(new ClientSent(new ClientId(9), new CancelGraph(1))));
    }

    [Fact]
    public void Record_OfTheWrongSide_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => _first.Sends(new CancelGraph(1)));
        Assert.Throws<InvalidOperationException>(() => _env.Client.Sends(_old));
    }

    private void LeaveAnOldOutputAtTheSecond()
    {
        _first.Leaves();
        var old = _second.CompletedOf("a") with { Value = null };
        _second.Rejoins([], []);
        _env.Expect("w2 function f", "w2 run a() #3");
        _second.Sends(old);
    }
}
