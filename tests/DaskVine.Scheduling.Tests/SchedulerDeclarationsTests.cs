using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Files that a client declares, asks for, and gives up.</summary>
public sealed class SchedulerDeclarationsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Theory]
    [InlineData(FileKind.Url, "w1 get x from http://x")]
    [InlineData(FileKind.Shared, "w1 get x from shared:/x")]
    public void File_ThatWorkersGetThemselves_IsFetchedWhenItIsWanted(FileKind kind, string transfer)
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("x", kind);
        graph.Want("x");
        _env.Expect(transfer);
        worker.Gets("x");
        _env.Expect("w1 fetch x");
        worker.Uploads("x");
        _env.Expect("c1 send 1.0 1000000 from staging");
    }

    [Fact]
    public void Wanted_WhileThereIsNoWorker_ComesWithTheFirst()
    {
        _env.Graph().File("x", FileKind.Url).Want("x");
        _env.MustWantNothing();
        _env.Worker();
        _env.Expect("w1 get x from http://x");
    }

    [Fact]
    public void Wanted_OnAWorkerThatLeaves_IsBroughtToAnother()
    {
        var first = _env.Worker();
        _env.Graph().File("x", FileKind.Url).Want("x");
        _env.Expect("w1 get x from http://x");
        _env.Worker();
        first.Leaves();
        _env.Expect("w2 get x from http://x");
    }

    [Fact]
    public void Wanted_ThatCannotBeHad_IsTold_AndTheGraphGoesOn()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("x", FileKind.Url);
        graph.Want("x");
        _env.Drain();
        worker.CannotGet("x", TransferFailureKind.NotThere, "404");
        _env.Expect("w1 release x", "c1 failed 1.0 Lost");
        graph.Command("a", [], []);
        _env.Expect("w1 run a()");
    }

    [Fact]
    public void Data_MakesTasksReadyOnceItIsThere()
    {
        _env.Worker();
        var graph = _env.Graph().File("d", FileKind.Data, size: 1).Command("a", ["d"], []);
        _env.MustWantNothing();
        graph.Data("d");
        _env.Expect("store d");
        _env.Handle(new FileStaged(_env.FileOf("d")));
        _env.Expect("w1 await d", "w1 put d from staging", "w1 run a(@d)");
    }

    [Fact]
    public void Data_ThatCannotBeStored_IsMissing()
    {
        _env.Worker();
        var graph = _env.Graph().File("d", FileKind.Data, size: 1).Command("a", ["d"], []);
        graph.Data("d");
        _env.Expect("store d");
        _env.Handle(new FileNotStaged(_env.FileOf("d"), "disk full"));
        _env.Expect("drop d");
        Assert.Equal(1, _env.Counts.Graphs);
    }

    [Fact]
    public void Prune_DeletesReplicas_AndBringsThemWhereTheyAreUsed()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []);
        worker.Gets("u");
        _env.Drain();
        graph.Prune("u");
        _env.Expect("w1 release u", "w1 get u from http://u");
    }

    [Fact]
    public void Forget_ReleasesOnceNobodyReads()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []);
        worker.Gets("u");
        _env.Drain();
        graph.Forget("u");
        _env.MustWantNothing();
        worker.Runs("a");
        _env.Expect("w1 release u");
    }

    [Fact]
    public void Files_ThatAreOutOfOrder_AreRefused()
    {
        _env.Graph().Open();
        _env.Client.Sends(new SubmitFiles(1, 5, []));
        Assert.Equal("the graph got files from 5 where 0 is next", _env.TakeFromClient<GraphFailed>().Failure.Message);
    }

    [Fact]
    public void Want_OfNoNode_IsRefused()
    {
        _env.Graph().Open();
        _env.Client.Sends(new Want(1, [3]));
        Assert.Equal("node 3 is wanted and there is none", _env.TakeFromClient<GraphFailed>().Failure.Message);
    }
}
