using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Graphs that cannot run: the client hears why, and nothing stays.</summary>
public sealed class SchedulerGraphsInvalidTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Nodes_WithWrongFirst_FailTheGraph()
    {
        _env.Graph().Value("a").Submit();
        _env.Client.Sends(new SubmitNodes(1, 2, [new GraphNode(null, default, [], "b")]));
        MustHaveFailed(2, "from 2 where 1 is next");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Node_ThatNeedsItselfOrLater_FailsTheGraph(int input)
    {
        _env.Graph().Value("a").Node(new GraphNode([], default, [0, input], "b")).Submit();
        MustHaveFailed(1, $"'b') needs node {input}");
    }

    [Fact]
    public void Node_WithUnknownFunction_FailsTheGraph()
    {
        var known = _env.Client.Function("f");
        _env.Graph().Node(new GraphNode([known, 42], default, [], "a")).Submit();
        MustHaveFailed(0, "uses function 42");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Seal_WithWrongCount_FailsTheGraph(int count)
    {
        _env.Graph().Value("a").Submit();
        _env.Client.Sends(new SealGraph(1, count, [0]));
        MustHaveFailed(0, $"sealed with {count} nodes and 1 had come");
    }

    [Fact]
    public void Seal_ThatWantsWhatIsNotThere_FailsTheGraph()
    {
        _env.Graph().Value("a").Submit();
        _env.Client.Sends(new SealGraph(1, 1, [0, 1]));
        MustHaveFailed(0, "or wants others");
    }

    [Fact]
    public void Seal_Twice_FailsTheGraph()
    {
        var graph = _env.Graph().Task("a").Submit();
        graph.Seal("a");
        graph.Seal("a");
        MustHaveFailed(0, "sealed");
    }

    [Fact]
    public void Nodes_AfterTheSeal_FailTheGraph()
    {
        var graph = _env.Graph().Task("a");
        graph.Wanted("a");
        graph.Task("b").Submit();
        MustHaveFailed(1, "after it was sealed");
    }

    [Fact]
    public void Graph_OpenedTwice_Fails()
    {
        _env.Graph().Task("a").Submit();
        _env.Graph().Open();
        MustHaveFailed(0, "graph 1 was opened twice");
    }

    [Fact]
    public void Graph_ThatFailed_IgnoresWhatTheClientStillSends()
    {
        var graph = _env.Graph().Value("a").Node(new GraphNode([], default, [5], "b")).Submit();
        MustHaveFailed(1, "a cycle or a missing node");
        graph.Task("c").Submit().Seal("c");
        graph.Cancel();
        _env.MustHoldNothing();
    }

    [Fact]
    public void Graph_InvalidWhileRunning_CancelsItsTasks()
    {
        _env.Worker();
        var graph = _env.Graph().Task("a").Submit();
        _env.Drain();
        graph.Node(new GraphNode([], default, [5], "b")).Submit();
        _env.Expect("c1 failed 1.1 Invalid", "w1 cancel a", "w1 release a");
        _env.MustHoldNothing();
    }

    private void MustHaveFailed(int node, string why)
    {
        var failed = _env.TakeFromClient<GraphFailed>();
        Assert.Equal((1, node, FailureKind.Invalid), (failed.Graph, failed.Node, failed.Failure.Kind));
        Assert.Contains(why, failed.Failure.Message, StringComparison.Ordinal);
        _env.MustHoldNothing();
    }
}
