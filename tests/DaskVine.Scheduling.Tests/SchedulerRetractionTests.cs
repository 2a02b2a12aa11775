namespace DaskVine.Scheduling.Tests;

/// <summary>Idle workers get what others have not started.</summary>
public sealed class SchedulerRetractionTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void IdleWorker_WhenAnotherIsStalled_GetsHalfOfItsSurplus()
    {
        var (first, second) = OneBusyOneIdle("a", "b", "c", "d");
        Assert.Equal(20, _env.WakeInMs);
        _env.Pass(19);
        _env.MustWantNothing();
        Assert.Equal(1, _env.WakeInMs);
        _env.Pass(1);
        _env.Expect("w1 retract d c");
        _env.Pass(100);
        _env.MustWantNothing();
        first.GivesBack("d", "c");
        _env.Expect("w2 function f", "w2 run c() #2", "w2 run d() #2");
        second.Completes("c");
        _env.Expect("c1 result 1.2 c");
    }

    [Fact]
    public void ShortTasks_ThatComplete_StayWhereTheyAre()
    {
        var (first, _) = OneBusyOneIdle("a", "b", "c", "d", "e");
        _env.Pass(15);
        first.Completes("a");
        _env.Pass(15);
        first.Completes("b");
        _env.Pass(15);
        _env.Expect("c1 result 1.0 a", "c1 result 1.1 b");
    }

    [Fact]
    public void WorkOfManyMilliseconds_MovesThoughTheWorkerIsNotStalled()
    {
        var env = new SchedulerEnvironment(new SchedulerOptions { BacklogUs = 4_000 });
        var first = env.Worker();
        env.Graph().Tasks("a", "b", "c", "d", "e").Wanted("a", "b", "c", "d", "e");
        env.Pass(50);
        first.Completes("a");
        env.Drain();
        env.Worker();
        env.Expect("w1 retract e d");
    }

    [Fact]
    public void Surplus_IsWhatTheCoresDoNotRun()
    {
        _env.Worker(cores: 3);
        _env.Graph().Tasks("a", "b", "c").Wanted("a", "b", "c");
        _env.Drain();
        _env.Worker();
        _env.Pass(100);
        _env.MustWantNothing();
        Assert.Null(_env.Wake);
    }

    [Fact]
    public void AnswerWithNothing_BacksOff()
    {
        var (first, _) = OneBusyOneIdle("a", "b");
        _env.Pass(20);
        _env.Expect("w1 retract b");
        first.GivesBack();
        _env.MustWantNothing();
        Assert.Equal(20, _env.WakeInMs);
        _env.Pass(19);
        _env.MustWantNothing();
        _env.Pass(1);
        _env.Expect("w1 retract b");
    }

    [Fact]
    public void Completion_CrossingARetract_Counts()
    {
        var (first, _) = OneBusyOneIdle("a", "b", "c");
        _env.Pass(20);
        _env.Expect("w1 retract c");
        first.Completes("a", "b", "c");
        _env.Expect("c1 result 1.0 a", "c1 result 1.1 b", "c1 result 1.2 c");
        first.GivesBack();
        _env.MustHoldNothing();
    }

    [Fact]
    public void Victim_WithoutSurplus_DoesNotShieldOthers()
    {
        var first = _env.Worker();
        _env.Graph().Call("long", "measured").Wanted("measured");
        first.CompletesAfter(1_000_000, "measured");
        _env.Graph().Call("long", "a").Wanted("a");
        _env.Drain();
        _env.Worker();
        _env.Graph(2).Tasks("b", "c", "d").Wanted("b", "c", "d");
        _env.Expect("w2 function f", "w2 run b()", "w2 run c()", "w2 run d()");
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w2 retract d");
    }

    [Fact]
    public void Victim_ThatIsAskedAlready_DoesNotShieldOthers()
    {
        var (_, second) = OneBusyOneIdle("a", "b", "c", "d", "e", "f", "g", "h");
        _env.Pass(20);
        _env.Expect("w1 retract h g f e");
        _env.Graph(2).Tasks("x", "y").Wanted("x", "y");
        _env.Expect("w2 function f", "w2 run x()", "w2 run y()");
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w2 retract y");
        second.GivesBack("y");
        _env.Expect("w3 function f", "w3 run y() #2");
    }

    [Fact]
    public void RetractedTask_WhoseInputIsAtTheVictim_GoesToTheIdleWorkerAllTheSame()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Task("d", "a").Wanted("b", "c", "d");
        _env.Drain();
        first.CompletesLarge("a");
        _env.Worker();
        _env.Expect("w1 run b(@a)", "w1 run c(@a)", "w1 run d(@a)");
        _env.Pass(20);
        _env.Expect("w1 retract d");
        first.GivesBack("d");
        _env.Expect("w2 function f", "w1 fetch a", "w2 run d(@a) #2");
    }

    [Fact]
    public void TasksThatReadNothingLarge_AreGivenBackBeforeOthers()
    {
        var first = _env.Worker();
        _env.Graph().Task("a").Task("b").Task("c", "a").Task("d", "a").Wanted("b", "c", "d");
        first.CompletesLarge("a");
        _env.Drain();
        _env.Graph(2).Task("e").Task("g").Wanted("e", "g");
        _env.Drain();
        _env.Worker();
        _env.Pass(20);
        _env.Expect("w1 retract g e");
    }

    [Fact]
    public void Retract_LostWithTheLink_IsOverWithTheNextHello()
    {
        var (first, _) = OneBusyOneIdle("a", "b");
        _env.Pass(20);
        _env.Expect("w1 retract b");
        first.Rejoins(["a", "b"], []);
        _env.Expect("w1 function f", "w1 retract b");
    }

    [Fact]
    public void Retract_OfManyTasks_IsLimited()
    {
        var env = new SchedulerEnvironment(new SchedulerOptions { BacklogUs = 1_000_000 });
        var keys = Enumerable.Range(0, 400).Select(i => $"t{i}").ToArray();
        env.Worker();
        env.Graph().Tasks(keys).Wanted(keys);
        env.Drain();
        env.Worker();
        env.Pass(20);
        Assert.Equal(64, Assert.Single(env.Drain()).Split(' ').Length - 2);
    }

    private (TestWorker Busy, TestWorker Idle) OneBusyOneIdle(params string[] keys)
    {
        var busy = _env.Worker();
        _env.Graph().Tasks(keys).Wanted(keys);
        // So that progress does not ask for a wake-up.
        _env.Pass(0);
        _env.Expect(["w1 function f", .. keys.Select(key => $"w1 run {key}()")]);
        return (busy, _env.Worker());
    }
}
