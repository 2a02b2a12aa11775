using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>A client's files and commands, which stay as long as it does.</summary>
public sealed class SchedulerSessionsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void LostOutput_ThatNobodyWaitsFor_IsMadeAgainOnceItIsWanted()
    {
        var graph = LostOutput();
        _env.MustWantNothing();
        graph.Want("x");
        _env.Expect("w2 run a() #2");
    }

    [Fact]
    public void LostOutput_WithImmediateRecovery_IsMadeAgainAtOnce()
    {
        _env.Client.Sends(new Tune("immediate-recovery", 1_000));
        LostOutput();
        _env.Expect("w2 run a() #2");
    }

    [Fact]
    public void Output_PrunedBeforeItIsMade_ComesToItsReaderAllTheSame()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]).Command("b", ["x"], []);
        _env.Drain();
        graph.Prune("x");
        worker.Runs("a", "x");
        _env.Expect("w1 run b(@x)");
    }

    [Fact]
    public void MadeFile_OfASmallResultThatIsStillToCome_IsMadeOnceThatIsThere()
    {
        var worker = _env.Worker();
        var graph = _env.Graph(mode: Protocol.TaskMode.Command).Task("c").Submit().File("m", FileKind.Output).Command("maker", ["c"], ["m"], mini: true);
        graph.Want("m");
        Assert.Contains("w1 make m from c", _env.Drain());
        worker.Completes("c");
        Assert.Equal(["w1 await", "w1 put"], _env.Drain().Select(effect => effect[..effect.LastIndexOf(' ')]));
    }

    [Fact]
    public void MadeFile_OfAnOutputThatIsNotMade_IsGivenUp()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Output).File("m", FileKind.Output).Command("a", [], ["x"]).Command("maker", ["x"], ["m"], mini: true);
        graph.Want("m");
        _env.Drain();
        worker.Runs("a");
        _env.Expect("w1 release m", "c1 failed 1.1 Lost");
    }

    [Fact]
    public void MadeFile_OfACallThatFails_IsGivenUp()
    {
        var worker = _env.Worker();
        var graph = _env.Graph(mode: Protocol.TaskMode.Command).Task("c").Submit().File("m", FileKind.Output).Command("maker", ["c"], ["m"], mini: true);
        graph.Want("m");
        _env.Drain();
        worker.Fails("c");
        _env.ExpectInAnyOrder("w1 release m", "c1 failed 1.1 Lost");
    }

    [Fact]
    public void MadeFiles_WhoseInputIsPruned_AreAllMadeAgain()
    {
        _env.Worker();
        var graph = MadeOfMade("n");
        _env.Drain();
        graph.Prune("u");
        _env.ExpectInAnyOrder("w1 release u", "w1 release m", "w1 release n", "w1 get u from http://u", "w1 make m from u", "w1 make n from m");
    }

    [Fact]
    public void MadeFiles_WhoseInputCannotBeHad_AreGivenUpOnceEach()
    {
        var worker = _env.Worker();
        MadeOfMade("m", "n");
        _env.Drain();
        worker.CannotGet("u", TransferFailureKind.NotThere, "404");
        Assert.Equal(["c1 failed 1.1 Lost", "c1 failed 1.2 Lost"], _env.Drain().Where(effect => effect.StartsWith("c1", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void MadeFile_ThatIsWantedAndComesWithAHello_IsFetched()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("m", FileKind.Output).Command("maker", [], ["m"], mini: true);
        graph.Want("m");
        _env.Expect("w1 make m from ");
        worker.Rejoins([], ["m"]);
        _env.Expect("w1 fetch m");
    }

    [Fact]
    public void MadeFile_ThatIsWantedAndFillsTheDisk_IsFetchedBeforeItMayGo()
    {
        var worker = _env.Worker(disk: TestWorker.LargeSize);
        var graph = _env.Graph().File("m", FileKind.Output).Command("maker", [], ["m"], mini: true);
        graph.Want("m");
        _env.Drain();
        worker.Makes("m");
        _env.Expect("w1 fetch m");
    }

    [Fact]
    public void Outputs_EvictedAgainAndAgainBeforeTheirUse_AreMissingToTheirReaders()
    {
        var worker = _env.Worker(disk: 3_000_000);
        var graph = _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]).Command("b", ["x"], []);
        graph.Want("b");
        var told = _env.Drain();
        for (var i = 0; i < 100 && !told.Any(effect => effect.StartsWith("c1 result", StringComparison.Ordinal)); i++)
        {
            worker.Runs("a", "x");
            worker.LosesFile("x");
            told = _env.Drain();
        }

        Assert.Contains(told, effect => effect.Contains("its input cannot be had: task a", StringComparison.Ordinal));
    }

    [Fact]
    public void Client_ThatLeaves_TakesAllItsFilesAndCommandsWithIt()
    {
        var worker = _env.Worker(cores: 4);
        var graph = _env.Graph().File("p", FileKind.Path).File("u", FileKind.Url).File("d", FileKind.Data)
            .File("m", FileKind.Output).File("x", FileKind.Output).File("y", FileKind.Output);
        graph.Command("maker", ["u"], ["m"], mini: true).Command("a", [], ["x"]).Command("b", ["p", "m"], ["y"]).Command("c", ["d"], []);
        graph.Data("d");
        worker.Runs("a", "x");
        graph.Want("x", "y");
        _env.Drain();
        _env.Client.Leaves();
        _env.ExpectInAnyOrder(
            "w1 cancel b", "w1 release b y", "w1 release m", "w1 release u", "w1 release p", "drop p", "w1 release x", "drop x", "drop d");
        _env.MustHoldNothing();
    }

    /// <summary>A file n that is made from m, which is made from a URL u.</summary>
    private TestGraph MadeOfMade(params string[] wanted)
    {
        var graph = _env.Graph().File("u", FileKind.Url).File("m", FileKind.Output).File("n", FileKind.Output)
            .Command("unpack", ["u"], ["m"], mini: true).Command("build", ["m"], ["n"], mini: true);
        graph.Want(wanted);
        return graph;
    }

    /// <summary>An output whose only holder has left, and a worker that could make it.</summary>
    private TestGraph LostOutput()
    {
        var first = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Output).Command("a", [], ["x"]);
        first.Runs("a", "x");
        _env.Drain();
        first.Leaves();
        _env.Worker();
        return graph;
    }
}
