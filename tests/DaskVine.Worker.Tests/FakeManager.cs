using System.Net;
using System.Net.Sockets;
using System.Text;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.ZeroMq;

namespace DaskVine.Worker.Tests;

/// <summary>The manager's end of the wire, moved by a test one message at a time.</summary>
internal sealed class FakeManager : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _door;
    private readonly ZmqContext _context = new();
    private readonly ZmqSocket _router;
    private readonly ZmqMessage _message = new();
    private readonly Queue<Protocol.Records.Record> _received = new();
    private Socket? _visitor;
    private Outbox? _outbox;

    /// <param name="tcp">Whether its door is reached by TCP rather than a Unix socket.</param>
    public FakeManager(bool tcp = false)
    {
        EndPoint at = tcp ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint($"{_directory.Path}/door");
        _door = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _router = new ZmqSocket(_context, ZmqSocketType.Router) { RouterHandover = true };
        _router.Bind($"ipc://{_directory.Path}/workers");
        _door.Bind(at);
        _door.Listen();
        _door.ReceiveTimeout = (int)Patience.TotalMilliseconds;
    }

    public DoorAddress Address => DoorAddress.Parse(
        _door.LocalEndPoint is IPEndPoint bound ? $"tcp://{bound}" : $"ipc://{_directory.Path}/door");

    public string Instance { get; set; } = "m1";

    public string Worker { get; private set; } = "";

    public ulong Epoch => _outbox!.Link.Epoch;

    /// <summary>Lets a worker in at the door.</summary>
    public void OpenDoor()
    {
        _visitor = _door.Accept();
        _visitor.Send(new DoorGreeting("", $"ipc://{_directory.Path}/workers", 7, "test", Instance).ToFrame());
    }

    public void CloseDoor() => _visitor!.Dispose();

    /// <summary>Waits for a hello; answers nothing.</summary>
    public Hello AwaitHello()
    {
        while (true)
        {
            var message = ReceiveMessage();
            if (message.Records is not [Hello hello])
                continue;
            _received.Clear();
            _outbox = new Outbox(message.Header.Epoch);
            _outbox.Receive(message.Header, 0);
            return hello;
        }
    }

    public Hello Join()
    {
        OpenDoor();
        return Welcome();
    }

    public Hello Welcome()
    {
        var hello = AwaitHello();
        SendUnsequenced(new Welcome(Instance, "test", 1000));
        return hello;
    }

    public void Send(params Protocol.Records.Record[] records)
    {
        foreach (var record in records)
            _outbox!.Post(record);
        while (_outbox!.TryTake(out var header, out var frames))
            SendBytes(header, [.. frames]);
    }

    public void SendUnsequenced(Protocol.Records.Record record) =>
        SendBytes(OutgoingMessage.Of(record).HeaderFrame(_outbox!.Link.StampUnsequenced()));

    public void SendUnlinked(Protocol.Records.Record record) => SendBytes(OutgoingMessage.Of(record).HeaderFrame(default));

    public void SendBytes(ReadOnlyMemory<byte> header, params ReadOnlyMemory<byte>[] frames)
    {
        _message.Clear();
        _message.AddCopy(Encoding.ASCII.GetBytes(Worker));
        _message.AddCopy(header.Span);
        foreach (var frame in frames)
            _message.AddCopy(frame.Span);
        Assert.True(_router.TrySend(_message));
    }

    /// <summary>The next record of the worker that is no heartbeat, nor, unless it is asked for, versions: they come at any time.</summary>
    public T Receive<T>()
        where T : Protocol.Records.Record
    {
        while (_received.Count == 0)
        {
            var message = ReceiveMessage();
            if (_outbox!.Receive(message.Header, message.Records.Count) != LinkVerdict.Deliver)
                continue;
            foreach (var record in message.Records.Where(r => r is not Heartbeat && (r is not Versions || typeof(T) == typeof(Versions))))
                _received.Enqueue(record);
            while (_outbox.TryTake(out var header, out var frames))
                SendBytes(header, [.. frames]);
        }

        return Assert.IsType<T>(_received.Dequeue());
    }

    public void Dispose()
    {
        _visitor?.Dispose();
        _door.Dispose();
        _message.Dispose();
        _router.Dispose();
        _context.Dispose();
        _directory.Dispose();
    }

    private IncomingMessage ReceiveMessage()
    {
        Assert.True(_router.TryReceive(_message, Patience), "the worker said nothing");
        Worker = Encoding.ASCII.GetString(_message[0].Span);
        var frames = Enumerable.Range(2, _message.Count - 2).Select(i => new ReadOnlyMemory<byte>(_message[i].ToArray()));
        return IncomingMessage.Read(_message[1].ToArray(), [.. frames]);
    }
}
