using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DaskVine.Arrow;
using DaskVine.Protocol;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.ZeroMq;

namespace DaskVine.Manager.Tests;

/// <summary>A client or worker at the end of real sockets: its door, its DEALER, its link. It does only what a test says.</summary>
internal sealed class TestPeer : IDisposable
{
    private readonly string _role;
    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _dealer;
    private readonly ZmqMonitor _connection;
    private readonly ZmqMessage _outgoing = new();
    private readonly ZmqMessage _incoming = new();
    // Came and was not asked for yet.
    private readonly Queue<Record> _records = new();
    private Outbox _outbox = new(1);

    /// <param name="manager">Whose peer it is.</param>
    /// <param name="role">What it says that it is.</param>
    /// <param name="instance">Null for a new one.</param>
    /// <param name="endpointOf">The role whose socket it connects to; null for its own.</param>
    /// <param name="own">Its keys; null for an open link.</param>
    /// <param name="managerKey">By which it knows the manager.</param>
    /// <param name="at">Where it finds the manager; null for where that says it is.</param>
    public TestPeer(
        RunningManager manager, string role, string? instance = null, string? endpointOf = null, CurveKeyPair? own = null, string? managerKey = null,
        DoorAddress? at = null)
    {
        _role = role;
        Instance = instance ?? $"{role}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        Door = new DoorVisitor(at ?? manager.Address);
        _dealer = new ZmqSocket(_context, ZmqSocketType.Dealer) { Ipv6 = true, SendHighWatermark = 0, ReceiveHighWatermark = 0 };
        if (Instance.Length > 0)
            _dealer.RoutingId = Encoding.UTF8.GetBytes(Instance);
        if (own is not null)
            _dealer.UseCurveAsClient(own, managerKey!);
        _connection = new ZmqMonitor(
            _dealer,
            ZmqEvents.HandshakeSucceeded | ZmqEvents.HandshakeFailedAuth | ZmqEvents.HandshakeFailedProtocol | ZmqEvents.HandshakeFailedNoDetail);
        var endpoint = (endpointOf ?? role) == Hello.ClientRole ? Door.Greeting.ClientEndpoint : Door.Greeting.WorkerEndpoint;
        var name = (at ?? manager.Address).Host;
        var host = name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : "127.0.0.1";
        _dealer.Connect(endpoint.Replace("*", host, StringComparison.Ordinal));
    }

    public string Instance { get; }

    public DoorVisitor Door { get; set; }

    public ulong Epoch => _outbox.Link.Epoch;

    /// <summary>While false, nothing is acknowledged, so that the manager has only the credit of the hello.</summary>
    public bool Acknowledges { get; set; } = true;

    public static TestPeer Client(RunningManager manager, long credit = Link.DefaultCredit) => Join(manager, Hello.ClientRole, credit);

    public static TestPeer Worker(RunningManager manager, long credit = Link.DefaultCredit) => Join(manager, Hello.WorkerRole, credit);

    /// <summary>Says hello, anew or for the first time, and returns what comes next.</summary>
    public Welcome SayHello(Hello? hello = null, long credit = Link.DefaultCredit)
    {
        BeginHello(hello, credit);
        return Receive<Welcome>();
    }

    /// <summary>Says hello after whatever, and returns when the manager has handled all of that.</summary>
    public void SayHelloAfterAll()
    {
        BeginHello(null, Link.DefaultCredit);
        SkipTo<Welcome>();
    }

    public Hello MakeHello() => new(
        ProtocolVersion.Current, _role, Instance, $"{_role} of a test", Door.Greeting.Token, new Dictionary<string, string>(), 1, [], []);

    public void SendHello(Hello hello, ulong epoch = 1, long credit = Link.DefaultCredit) =>
        SendFrames(OutgoingMessage.Of(hello).HeaderFrame(new LinkHeader(epoch, 0, 0, (ulong)credit)));

    /// <summary>Sends as credit allows; what it does not goes with later messages.</summary>
    public void Send(params ReadOnlySpan<Record> records)
    {
        foreach (var record in records)
            _outbox.Post(record);
        Flush();
    }

    public void SendUnsequenced(Record record) => SendFrames(OutgoingMessage.Of(record).HeaderFrame(_outbox.Link.StampUnsequenced()));

    public void SendFrames(params ReadOnlySpan<byte[]> frames)
    {
        _outgoing.Clear();
        foreach (var frame in frames)
            _outgoing.AddCopy(frame);
        Assert.True(_dealer.TrySend(_outgoing));
    }

    /// <summary>Waits until it is in, or is told how it does not get in.</summary>
    public ZmqEvents AwaitConnectionEvent()
    {
        using var poller = new ZmqPoller();
        poller.Add(_connection.Socket, ZmqPollEvents.In);
        Assert.NotEqual(0, poller.Poll(RunningManager.Patience));
        Assert.True(_connection.TryReceive(out var happened));
        return happened.Event;
    }

    /// <summary>Waits until everything that was sent has gone out.</summary>
    public void Drain()
    {
        while (_outbox.WaitingBytes > 0)
            ReadMessage();
    }

    /// <summary>When this returns, the manager has handled all that was sent before. Its answer goes past credit.</summary>
    public string Synchronize()
    {
        SendFrames([0xC1]);
        return Receive<Rehello>().Reason;
    }

    /// <summary>The next record but those that come at any time.</summary>
    public T Receive<T>()
        where T : Record => Receive<T>(_ => true);

    private T Receive<T>(Func<T, bool> isWanted)
        where T : Record
    {
        while (true)
        {
            var record = Next();
            if (record is T wanted && isWanted(wanted))
                return wanted;
            Assert.True(
                record is Heartbeat or Progress or Notice or FunctionCode, $"{Instance} waits for {typeof(T).Name} and gets {record}");
        }
    }

    /// <summary>The next record of a sort, whatever comes before it.</summary>
    public T SkipTo<T>()
        where T : Record
    {
        while (true)
        {
            if (Next() is T wanted)
                return wanted;
        }
    }

    /// <summary>
    /// The value of the next wanted node, in however many parts it comes: what stands in the only row of its stream, or that stream when it is one
    /// of its maker's.
    /// </summary>
    public byte[] ReceiveResult()
    {
        var record = Receive<Record>(record => record is Result or Results);
        if (record is Results results)
        {
            Assert.Single(results.Nodes);
            return RowOf(results.Stream);
        }

        return RowOf(ReceiveParts((Result)record));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _dealer.Dispose();
        _incoming.Dispose();
        _outgoing.Dispose();
        _context.Dispose();
        Door.Dispose();
    }

    private byte[] ReceiveParts(Result first)
    {
        Assert.Equal(0, first.Offset);
        var value = new MemoryStream();
        value.Write(first.Value.Span);
        while (value.Length < first.Size)
        {
            var next = Receive<Result>();
            Assert.Equal((first.Graph, first.Node, value.Length), (next.Graph, next.Node, next.Offset));
            value.Write(next.Value.Span);
        }

        return value.ToArray();
    }

    private static byte[] RowOf(ReadOnlyMemory<byte> stream)
    {
        var table = ArrowTable.ReadStream(stream);
        return table.Schema.Metadata["daskvine.value"] == "pickle5"
            ? Assert.IsType<BinaryArray>(table.Combined("value")).GetBytes(0).ToArray()
            : stream.ToArray();
    }

    private void BeginHello(Hello? hello, long credit)
    {
        _outbox = new Outbox(_outbox.Link.Epoch + 1, credit);
        SendHello(hello ?? MakeHello(), _outbox.Link.Epoch, credit);
    }

    private static TestPeer Join(RunningManager manager, string role, long credit)
    {
        var peer = new TestPeer(manager, role);
        peer.SayHello(credit: credit);
        return peer;
    }

    private Record Next()
    {
        var started = Stopwatch.GetTimestamp();
        Record? record;
        while (!_records.TryDequeue(out record))
        {
            // Heartbeats keep coming, so a wait for one message is not enough of a limit.
            Assert.True(Stopwatch.GetElapsedTime(started) < RunningManager.Patience, $"{Instance} waits in vain");
            ReadMessage();
        }

        return record;
    }

    private void ReadMessage()
    {
        Assert.True(_dealer.TryReceive(_incoming, RunningManager.Patience), $"{Instance} hears nothing");
        var frames = new List<ReadOnlyMemory<byte>>();
        foreach (var frame in _incoming)
            frames.Add(frame.ToArray());
        var message = IncomingMessage.Read(frames[0], frames[1..]);
        if (message.Records is not [Refuse or Rehello]
            && _outbox.Receive(message.Header, frames.Sum(frame => (long)frame.Length)) == LinkVerdict.WrongEpoch)
            return;
        foreach (var record in message.Records)
            _records.Enqueue(record);
        if (Acknowledges)
            Flush();
        if (message.Records is [Heartbeat] && Acknowledges)
            SendUnsequenced(new Heartbeat());
    }

    private void Flush()
    {
        while (_outbox.TryTake(out var header, out var frames))
            SendFrames([header, .. frames.Select(frame => frame.ToArray())]);
    }
}
