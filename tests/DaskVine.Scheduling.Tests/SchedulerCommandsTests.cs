using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Shell commands, their outputs and their reports.</summary>
public sealed class SchedulerCommandsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Outputs_AreReadByOthers()
    {
        var worker = _env.Worker();
        _env.Graph().File("x", FileKind.Output).File("y", FileKind.Output).Command("a", [], ["x", "y"]).Command("b", ["x", "y"], []);
        _env.Expect("w1 run a()");
        worker.Runs("a", "x", "y");
        _env.Expect("w1 run b(@x, @y)");
    }

    [Fact]
    public void Output_ThatWasNotMade_IsMissingToItsReaders()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Output).File("y", FileKind.Output).Command("a", [], ["x"]).Command("b", ["x"], ["y"]).Command("c", ["y"], []);
        graph.Want("c");
        _env.Expect("w1 run a()");
        worker.Runs("a");
        Assert.Equal(CommandResult.InputMissing, ResultOf());
    }

    [Fact]
    public void Output_ThatWasLost_IsMadeAgain()
    {
        var first = _env.Worker();
        _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]).Command("b", ["x"], []);
        _env.Drain();
        first.Runs("a", "x");
        _env.Drain();
        _env.Worker();
        first.Leaves();
        _env.Expect("w2 run a() #2");
    }

    [Fact]
    public void Outputs_OfAStaleRun_AreReleased()
    {
        var first = _env.Worker();
        _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]);
        _env.Drain();
        var old = first.CompletedOf("a") with { Outputs = [new Protocol.FileSize(_env.LastAssignment("a").Outputs[0], 5)] };
        _env.Worker();
        first.Leaves();
        _env.Expect("w2 run a() #2");
        first.Joins();
        first.Sends(old);
        _env.Expect("w1 release x");
    }

    [Fact]
    public void Command_OnThreeWorkersThatCrash_IsForsaken()
    {
        _env.Graph().Command("a", [], []).Want("a");
        for (var i = 0; i < 2; i++)
            _env.Worker().Crashes();
        var third = _env.Worker();
        _env.Drain();
        third.Crashes();
        Assert.Equal(CommandResult.Forsaken, ResultOf());
    }

    [Fact]
    public void Command_ThatIsForgottenWhileItRuns_IsCancelled()
    {
        _env.Worker();
        var graph = _env.Graph().Command("a", [], []);
        graph.Want("a");
        _env.Expect("w1 run a()");
        graph.Forget("a");
        Assert.Equal(["w1 cancel a", "w1 release a"], _env.Drain().Take(2));
    }

    [Fact]
    public void MadeFile_IsMadeAtTheWorkerThatReadsIt_FromWhatIsBroughtThere()
    {
        _env.Client.Sends(new Tune("worker-destination-max-transfers", 1_000));
        var worker = _env.Worker();
        _env.Graph().File("u", FileKind.Url).File("v", FileKind.Url).File("m", FileKind.Output)
            .Command("maker", ["u", "v"], ["m"], mini: true).Command("a", ["m"], []);
        _env.Expect("w1 get u from http://u", "w1 make m from u v", "w1 run a(@m)");
        // What is made does not take the place of what it is made from.
        worker.Gets("u");
        _env.Expect("w1 get v from http://v");
        worker.Gets("v");
        worker.Makes("m");
        worker.Runs("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void MadeFile_ThatCannotBeMade_IsMissingToItsReaders()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("m", FileKind.Output).Command("maker", [], ["m"], mini: true).Command("a", ["m"], []);
        graph.Want("a");
        _env.Drain();
        worker.CannotMake("m");
        Assert.Equal(["w1 cancel a", "w1 release a"], _env.Drain().Take(2));
    }

    [Fact]
    public void Command_ThatMakesWhatIsNoOutput_IsRefused()
    {
        _env.Graph().File("u", FileKind.Url).Command("a", [], ["u"]);
        Assert.Equal(
            "command 1 ('a') is to make what is no output, or what another command makes", _env.TakeFromClient<GraphFailed>().Failure.Message);
    }

    private CommandResult ResultOf() => CommandReport.Read(_env.TakeFromClient<Result>().Value).Result;
}
