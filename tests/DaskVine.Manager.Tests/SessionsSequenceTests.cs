using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

public sealed class SessionsSequenceTests : IDisposable
{
    private readonly RunningManager _manager = RunningManager.OnTcp();
    private readonly TestPeer _client;

    public SessionsSequenceTests() => _client = TestPeer.Client(_manager);

    public void Dispose()
    {
        _client.Dispose();
        _manager.Dispose();
    }

    [Fact]
    public void Receive_AMessageWasLost_AsksForAHello()
    {
        SendAs(_client.Epoch, 2, new CancelGraph(1));

        Assert.Contains("lost", _client.Receive<Rehello>().Reason, StringComparison.Ordinal);
        _client.SayHello();
        _client.Submit(Graphs.Value([1]));
        Assert.Equal([1], _client.ReceiveResult());
    }

    [Fact]
    public void Receive_AcknowledgesWhatWasNeverSent_AsksForAHello()
    {
        _client.SendFrames(OutgoingMessage.Of(new Heartbeat()).HeaderFrame(new LinkHeader(_client.Epoch, 0, 1000, 1 << 20)));

        Assert.Contains("lost", _client.Receive<Rehello>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Heartbeat_OfAPeerWhoseLastMessageWasLost_AsksForAHello()
    {
        _client.SendUnsequenced(new Heartbeat(1));

        Assert.Contains("lost", _client.Receive<Rehello>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_Duplicate_IsDropped()
    {
        var open = new OpenGraph(Graphs.Number, TaskMode.FunctionCalls, "");
        SendAs(_client.Epoch, 1, open);
        // Handled twice, it would fail the graph as one that was opened twice.
        SendAs(_client.Epoch, 1, open);
        SendAs(_client.Epoch, 2, new SubmitNodes(Graphs.Number, 0, [Graphs.Value([3])]), new SealGraph(Graphs.Number, 1, [0]));

        Assert.Equal([3], _client.ReceiveResult());
    }

    [Fact]
    public void Receive_OfTheLinkBefore_IsDroppedWithoutAnAnswer()
    {
        var old = _client.Epoch;
        _client.SayHello();

        SendAs(old, 1, new OpenGraph(Graphs.Number, TaskMode.FunctionCalls, ""));
        Assert.Contains("malformed", _client.Synchronize(), StringComparison.Ordinal);

        // The same number again is no error, so the one above was not opened.
        _client.Submit(Graphs.Value([1]));
        Assert.Equal([1], _client.ReceiveResult());
    }

    private void SendAs(ulong epoch, ulong seq, params Record[] records) =>
        _client.SendFrames(OutgoingMessage.Of(records).HeaderFrame(new LinkHeader(epoch, seq, 0, 1 << 20)));
}
