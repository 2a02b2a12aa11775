using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Commands that take several cores, or run only where their files are.</summary>
public sealed class SchedulerNeedsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Cores_CountAsSoManySlots()
    {
        _env.Worker(cores: 4);
        _env.Worker(cores: 2);
        _env.Graph().Command("a", cores: 3).Command("b", cores: 2).Command("c", cores: 1);
        _env.Expect("w1 run a()", "w2 run b()", "w1 run c()");
    }

    [Fact]
    public void Cores_AreNotSoughtWhereThereAreFewer()
    {
        var large = _env.Worker(cores: 4);
        _env.Worker(cores: 1);
        _env.Graph().Command("a", cores: 4).Command("b", cores: 4);
        _env.Expect("w1 run a()", "w1 run b()");
        large.Runs("a");
    }

    [Fact]
    public void Cores_ThatNobodyHas_AreToldOf()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Command("a", cores: 64).Command("b", cores: 1);
        _env.Expect("w1 run b()");
        _env.Pass(1_000);
        var notice = _env.TakeFromClient<Notice>();
        Assert.Equal(Notice.WaitingForResources, notice.Code);
        Assert.Equal(
            "task a, and perhaps others, can run on no worker that is connected: it needs one with 64 cores; "
            + "start one with 'daskvine worker --cores 64'",
            notice.Text);
        worker.Runs("b");
        _env.Worker(cores: 64);
        _env.Expect("w2 run a()");
    }

    [Fact]
    public void CoresAndAResource_BothCount()
    {
        _env.Worker(cores: 4);
        _env.Worker(cores: 1, resources: new() { ["GPU"] = 1_000 });
        var both = _env.Worker(cores: 2, resources: new() { ["GPU"] = 1_000 });
        _env.Graph().Options(1, resources: new() { ["GPU"] = 1_000 }).Command("a", cores: 2);
        _env.Expect("w3 run a()");
        both.Runs("a");
    }

    [Fact]
    public void Demand_OfCores_GoesWithItsLastTask()
    {
        var worker = _env.Worker(cores: 2);
        var graph = _env.Graph().Command("a", cores: 2).Command("b", cores: 2);
        _env.Drain();
        Assert.Equal(1, _env.DemandCount);
        worker.Runs("a");
        worker.Runs("b");
        _env.Drain();
        Assert.Equal(0, _env.DemandCount);
        graph.Command("c", cores: 2).Cancel();
        _env.Drain();
        Assert.Equal(0, _env.DemandCount);
    }

    [Fact]
    public void WaitingCommand_OfManyCores_IsTakenBackForAWorkerThatHasThemFree()
    {
        var first = _env.Worker(cores: 2);
        _env.Graph().Command("a", cores: 1).Command("b", cores: 2);
        _env.Expect("w1 run a()", "w1 run b()");
        _env.Worker(cores: 1);
        _env.Pass(1_000);
        _env.MustWantNothing();
        _env.Worker(cores: 2);
        _env.Pass(1_000);
        _env.Expect("w1 retract b");
        first.GivesBack("b");
        _env.Expect("w3 run b() #2");
    }

    [Fact]
    public void Crash_OfAWorker_IsCountedForThoseThatHadCores()
    {
        _env.Graph().Command("a", cores: 2).Command("b", cores: 1).Want("a");
        for (var i = 0; i < 2; i++)
            _env.Worker(cores: 2).Crashes();
        var third = _env.Worker(cores: 2);
        _env.Drain();
        third.Crashes();
        Assert.Equal(CommandResult.Forsaken, ResultOf().Result);
        _env.Worker(cores: 2);
        _env.Expect("w4 run b()" + " #4");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Retries_AreHowOftenACommandIsTriedAgainAfterItsWorkerDied(int retries)
    {
        _env.Graph().Options(1, retries: retries).Command("a", [], []).Want("a");
        for (var i = 0; i < retries; i++)
            _env.Worker().Crashes();
        var last = _env.Worker();
        _env.Drain();
        last.Crashes();
        var report = ResultOf();
        Assert.Equal(CommandResult.MaxRetries, report.Result);
        Assert.StartsWith($"given up after it was running on {retries + 1} workers that died", report.Reason);
    }

    [Fact]
    public void HeldInput_DecidesWhoRunsIt()
    {
        _env.Worker(peer: true);
        var second = _env.Worker(peer: true);
        var graph = _env.Graph().Command("b", cores: 1).File("x", FileKind.Output).Command("a", [], ["x"]);
        _env.Expect("w1 run b()", "w2 run a()");
        second.Runs("a", "x");
        _env.Worker();
        graph.Command("c", cores: 1, ["x"]).Command("d", cores: 1, ["x"]);
        // The third is free, and nothing is brought to it.
        _env.Expect("w2 run c(@x)", "w2 run d(@x)");
    }

    [Fact]
    public void HeldInput_ThatIsStillMade_IsWaitedFor()
    {
        var worker = _env.Worker();
        _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]).Command("b", cores: 1, ["x"]);
        _env.Expect("w1 run a()");
        worker.Runs("a", "x");
        _env.Expect("w1 run b(@x)");
    }

    [Fact]
    public void HeldInput_ThatNobodyHolds_EndsTheCommand()
    {
        _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).Command("a", cores: 1, ["u"]);
        graph.Want("a");
        var report = ResultOf();
        Assert.Equal(CommandResult.FixedLocationMissing, report.Result);
        Assert.Equal("no connected worker that can run it holds http://u, and it is not to be brought to one for this task (strict_input)", report.Reason);
        Assert.Equal(0, _env.DemandCount);
    }

    [Fact]
    public void HeldInput_ThatAnotherTaskBrings_IsWaitedFor()
    {
        var first = _env.Worker();
        var second = _env.Worker();
        _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []).Command("b", cores: 1, ["u"]).Command("c", cores: 1);
        _env.Expect("w1 get u from http://u", "w1 run a(@u)", "w2 run c()");
        first.Gets("u");
        first.Runs("a");
        _env.Expect("w1 run b(@u)");
        second.Runs("c");
    }

    [Fact]
    public void HeldInput_ThatCannotBeBrought_EndsTheCommand()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []).Command("b", cores: 1, ["u"]);
        graph.Want("b");
        _env.Drain();
        worker.CannotGet("u", TransferFailureKind.NotThere);
        Assert.Contains(_env.Drain(), effect => effect.Contains("strict_input", StringComparison.Ordinal));
    }

    [Fact]
    public void HeldInput_ThatItsWorkerLoses_TakesTheCommandToAnotherThatHoldsIt()
    {
        _env.Client.Sends(new Tune("temp-replica-count", 2_000));
        var first = _env.Worker(peer: true, host: "h");
        var second = _env.Worker(peer: true, host: "h");
        var graph = _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]);
        _env.Drain();
        first.Runs("a", "x");
        _env.Expect("w2 get x from w1 linked");
        second.Gets("x");
        graph.Command("b", cores: 1, ["x"]);
        _env.Expect("w1 run b(@x)");
        first.LosesFile("x");
        _env.Expect("w1 cancel b", "w1 release b", "w2 run b(@x) #2", "w1 get x from w2 linked");
    }

    [Fact]
    public void HeldInput_ThatIsLost_IsMadeAgain()
    {
        var first = _env.Worker();
        _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]).Command("b", cores: 1, ["x"]);
        _env.Drain();
        first.Runs("a", "x");
        _env.Expect("w1 run b(@x)");
        first.LosesFile("x");
        _env.Drain();
        first.Runs("a", "x");
        _env.Expect("w1 run b(@x) #2");
    }

    [Fact]
    public void HeldInput_OfAWorkerThatLeaves_EndsTheCommand()
    {
        var first = _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []).Command("b", cores: 1, ["u"]);
        graph.Want("b");
        _env.Drain();
        first.Gets("u");
        first.Runs("a");
        _env.Expect("w1 run b(@u)");
        _env.Worker();
        first.Leaves();
        Assert.Equal(CommandResult.FixedLocationMissing, ResultOf().Result);
    }

    [Fact]
    public void HeldInput_OfAWorkerWithTooFewCores_EndsTheCommand()
    {
        var small = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]);
        _env.Drain();
        small.Runs("a", "x");
        _env.Worker(cores: 4);
        graph.Command("b", cores: 2, ["x"]).Want("b");
        Assert.Equal(CommandResult.FixedLocationMissing, ResultOf().Result);
    }

    [Fact]
    public void HeldInput_ThatWaitsForWhatWaitsForIt_EndsTheCommand()
    {
        _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).File("x", FileKind.Output)
            .Command("a", cores: 1, ["u"], ["x"]).Command("b", ["u", "x"], []);
        graph.Want("b");
        Assert.Equal(CommandResult.InputMissing, ResultOf().Result);
    }

    private CommandReport ResultOf() => CommandReport.Read(_env.TakeFromClient<Result>().Value);
}
