using System.Net;
using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

/// <summary>Whatever a peer sends, the manager goes on and another client is served.</summary>
public sealed class ManagerProcessMalformedTests : IDisposable
{
    private static readonly Record[] OfAManager =
    [
        new Welcome("", "", 1), new Refuse(""), new Rehello(""), new Result(0, 0, 0, 0, default), new GraphFailed(0, 0, "", "", Failure),
        new Progress(0, 0, 0, 0), new Notice("", ""), new Assign(default, 0, TaskMode.Tasks, [], default, [], default), new Retract([]),
        new Cancel([]), new Release([]), new Fetch(default), new Shutdown(""),
    ];

    private static readonly Record[] OfAWorker =
    [
        new Chunk(default, 0, 0, default), new Completed(default, 0, 0, 0, null), new Failed(default, 0, Failure), new Retracted([]),
        new FileLost(default, ""),
    ];

    private static readonly Record[] OfAClient =
    [
        new FunctionCode(0, default, "", default), new OpenGraph(0, TaskMode.Tasks, ""), new SubmitNodes(0, 0, []), new SealGraph(0, 0, []),
        new CancelGraph(0),
    ];

    private readonly RunningManager _manager = RunningManager.OnTcp();
    private readonly TestPeer _worker;

    public ManagerProcessMalformedTests() => _worker = TestPeer.Worker(_manager);

    private static Failure Failure => Failure.Of(FailureKind.Raised, "");

    public void Dispose()
    {
        Graphs.AssertServes(_manager, _worker);
        _worker.Dispose();
        _manager.Dispose();
    }

    [Fact]
    public void Receive_GarbageFromAStranger_IsRefused()
    {
        using var stranger = new TestPeer(_manager, Hello.ClientRole);

        stranger.SendFrames([1, 2, 3]);

        Assert.Contains("malformed", stranger.Receive<Refuse>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_StrangerWhoseRoutingIdIsNoText_GetsItsAnswerToo()
    {
        // Without a name of its own, a socket is named by bytes at random.
        for (var i = 0; i < 8; i++)
        {
            using var stranger = new TestPeer(_manager, Hello.ClientRole, "");
            stranger.SendHello(stranger.MakeHello());
            Assert.Contains("routing id", stranger.Receive<Refuse>().Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Receive_OneEmptyFrame_IsRefused()
    {
        using var stranger = new TestPeer(_manager, Hello.ClientRole);

        stranger.SendFrames([[]]);

        stranger.Receive<Refuse>();
    }

    [Fact]
    public void Receive_HelloCutShortAnywhere_IsRefused()
    {
        using var stranger = new TestPeer(_manager, Hello.ClientRole);
        var hello = OutgoingMessage.Of(stranger.MakeHello()).HeaderFrame(new LinkHeader(1, 0, 0, 1 << 20));

        for (var length = 0; length < hello.Length; length++)
        {
            stranger.SendFrames(hello[..length]);
            stranger.Receive<Refuse>();
        }

        stranger.SayHello();
    }

    [Theory]
    [InlineData(new byte[] { 0x91, 99 }, "99")]
    [InlineData(new byte[] { 0x91, 0 }, "0")]
    [InlineData(new byte[] { 0x90 }, "empty")]
    [InlineData(new byte[] { 0x92, 12, 1 }, "fields")]
    [InlineData(new byte[] { 0x94, 12, 1, 0, 0xC0 }, "")]
    [InlineData(new byte[] { 0x95, 35, 1, 1, 0, 5 }, "payload frame 5")]
    [InlineData(new byte[] { 0x92, 14, 0xFF }, "below zero")]
    public void Receive_NotARecord_AsksForAHelloWithTheReason(byte[] record, string reason)
    {
        using var client = TestPeer.Client(_manager);

        // epoch, seq, ack, credit, records
        client.SendFrames([0x95, (byte)client.Epoch, 1, 0, 100, 0x91, .. record]);

        Assert.Contains(reason, client.Receive<Rehello>().Reason, StringComparison.Ordinal);
        client.SayHello();
    }

    [Fact]
    public void Receive_RecordsThatARoleMayNotSend_AreNamedInTheAnswer()
    {
        using var client = TestPeer.Client(_manager);

        foreach (var record in OfAManager.Concat(OfAWorker))
            Assert.Equal($"a client may not send {record.Kind}", Answer(client, record));
        foreach (var record in OfAManager.Concat(OfAClient))
            Assert.Equal($"a worker may not send {record.Kind}", Answer(_worker, record));
    }

    [Fact]
    public void Receive_ChunkOutOfOrder_AsksForAHelloAndTheFileComesAgain()
    {
        using var client = TestPeer.Client(_manager);
        client.Submit(Graphs.Call);
        var assign = _worker.Receive<Assign>();
        _worker.CompleteLarge(assign, 4);
        _worker.Receive<Fetch>();

        _worker.Send(new Chunk(assign.Output, 4, 0, new byte[1]), new Chunk(assign.Output, 4, 2, new byte[1]));
        Assert.Contains("a chunk of 1 bytes at 2 where 1 of 4 have come", _worker.Receive<Rehello>().Reason, StringComparison.Ordinal);

        var hello = _worker.MakeHello() with { Files = [new FileSize(assign.Output, 4)] };
        _worker.SayHello(hello);
        _worker.Upload(_worker.Receive<Fetch>().File, [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4], client.ReceiveResult());
        _worker.Receive<Release>();
    }

    [Fact]
    public void Receive_SizesThatDoNotAgree_TheBytesThatCameCount()
    {
        using var client = TestPeer.Client(_manager);
        client.Submit(Graphs.Call);
        var assign = _worker.Receive<Assign>();
        _worker.CompleteLarge(assign, 100);
        _worker.Receive<Fetch>();
        _worker.Upload(assign.Output, [1, 2, 3]);
        Assert.Equal([1, 2, 3], client.ReceiveResult());
        _worker.Receive<Release>();

        client.Submit(Graphs.Call);
        assign = _worker.Receive<Assign>();
        _worker.Send(new Completed(assign.Task, assign.Attempt, 1, 1 << 30, new byte[] { 7 }));
        Assert.Equal([7], client.ReceiveResult());
    }

    [Fact]
    public void Receive_FilesNobodyAskedFor_AreNotKept()
    {
        _worker.Upload(new FileId(77), [1, 2, 3]);
        _worker.Synchronize();
        // The scheduler decides about it before it answers these.
        Graphs.AssertServes(_manager, _worker);

        Assert.Empty(Directory.GetFiles(_manager.Process.StagingDirectory!));
    }

    [Fact]
    public void Receive_NumbersAtTheirLimits_AreTaken()
    {
        using var manager = RunningManager.OnTcp();
        using var huge = new TestPeer(manager, Hello.WorkerRole);
        huge.SayHello(huge.MakeHello() with { Cores = int.MaxValue });
        using var client = TestPeer.Client(manager);
        client.Submit(Graphs.Call, Graphs.CallOf(0));
        for (var i = 0; i < 2; i++)
        {
            var assign = huge.Receive<Assign>();
            huge.Send(new Completed(assign.Task, assign.Attempt, long.MaxValue, 1, new byte[] { 1 }));
        }

        Assert.Equal([1], client.ReceiveResult());
        client.Send(new FunctionCode(int.MaxValue, default, "", default), new OpenGraph(int.MaxValue, TaskMode.Tasks, ""));
        client.Send(new SubmitNodes(int.MaxValue, int.MaxValue, []));
        Assert.Equal(FailureKind.Invalid, client.Receive<GraphFailed>().Failure.Kind);
        huge.Send(
            new Completed(new TaskId(long.MaxValue), int.MaxValue, 1, long.MaxValue, null), new FileLost(new FileId(long.MaxValue), ""));
        Graphs.AssertServes(manager, huge);
    }

    [Fact]
    public void Receive_RandomBytes_NeverEndTheProcess()
    {
        var random = new Random(1);
        using var client = TestPeer.Client(_manager);
        using var stranger = new TestPeer(_manager, Hello.WorkerRole);

        for (var i = 0; i < 1000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            client.SendFrames(bytes, bytes);
            stranger.SendFrames(bytes);
        }

        client.SayHelloAfterAll();
        stranger.SayHelloAfterAll();
    }

    [Fact]
    public void Receive_ValidMessagesWithAByteChanged_NeverEndTheProcess()
    {
        var random = new Random(2);
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        var ofClient = Encoded(
            client,
            [.. OfAClient, client.MakeHello(), new SubmitNodes(0, 0, [Graphs.Value([1]), Graphs.CallOf(0)]), new SealGraph(0, 2, [1])]);
        var ofWorker = Encoded(worker, [.. OfAWorker, worker.MakeHello(), new Chunk(new FileId(1), 3, 0, new byte[3])]);

        for (var i = 0; i < 3000; i++)
        {
            client.SendFrames(Changed(ofClient[random.Next(ofClient.Length)], random));
            worker.SendFrames(Changed(ofWorker[random.Next(ofWorker.Length)], random));
        }

        client.SayHelloAfterAll();
        worker.SayHelloAfterAll();
    }

    [Fact]
    public void Receive_NotZeroMqAtAll_IsNoMatter()
    {
        var endpoint = new TestPeer(_manager, Hello.ClientRole);
        var port = int.Parse(endpoint.Door.Greeting.ClientEndpoint.Split(':')[^1]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);

        socket.Send("GET / HTTP/1.1\r\n\r\n"u8);

        endpoint.Dispose();
    }

    private static string Answer(TestPeer peer, Record record)
    {
        peer.SayHello();
        peer.Send(record);
        return peer.Receive<Rehello>().Reason;
    }

    // Outside the sequence, so that each that can be read is handled.
    private static byte[][] Encoded(TestPeer peer, Record[] records) =>
        Array.ConvertAll(records, record => OutgoingMessage.Of(record).HeaderFrame(new LinkHeader(peer.Epoch, 0, 0, 1 << 20)));

    private static byte[] Changed(byte[] message, Random random)
    {
        var changed = message.ToArray();
        // Most of them behind the epoch, which would only have them dropped.
        changed[random.Next(2, changed.Length)] = (byte)random.Next(256);
        return changed;
    }
}
