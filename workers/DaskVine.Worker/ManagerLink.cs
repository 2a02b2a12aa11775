using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>The DEALER to one manager, and the link on it: made anew with each hello.</summary>
internal sealed class ManagerLink : IDisposable
{
    private const long MaxFrameBytes = 1L << 30;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly ZmqSocket _socket;
    private readonly ZmqPollItem _item;
    private readonly SecuredConnection? _secured;
    private readonly ZmqMessage _incoming = new();
    private readonly ZmqMessage _outgoing = new();

    // Reports that were posted and not acknowledged, by ordinal of their record.
    private readonly Queue<(long Ordinal, TaskAttempt Report)> _reports = new();

    // Null while a hello is due.
    private Outbox? _outbox;

    /// <param name="context">Where the socket lives.</param>
    /// <param name="loop">Whose thread calls.</param>
    /// <param name="endpoint">Of the manager.</param>
    /// <param name="instance">Of this worker.</param>
    /// <param name="keys">For an encrypted link; null for an open one.</param>
    /// <param name="ready">Called when a message may be there.</param>
    /// <param name="failed">Called when an encrypted connection did not come about or broke; the link is then of no more use.</param>
    public ManagerLink(
        ZmqContext context, EventLoop loop, string endpoint, string instance, LinkKeys? keys, Action ready, Action<ConnectionFailure> failed)
    {
        _loop = loop;
        _socket = new ZmqSocket(context, ZmqSocketType.Dealer)
        {
            RoutingId = Encoding.ASCII.GetBytes(instance),
            // Credit bounds what waits.
            SendHighWatermark = 0,
            ReceiveHighWatermark = 0,
            MaxMessageSize = MaxFrameBytes,
            Linger = Linger,
            Ipv6 = endpoint.Contains('[', StringComparison.Ordinal),
        };
        if (keys is not null)
            _secured = new SecuredConnection(_socket, keys, loop, failed);
        _socket.Connect(endpoint);
        _item = loop.Watch(_socket, _ => ready());
    }

    /// <summary>Bytes that wait for the manager to take more.</summary>
    public long WaitingBytes => _outbox?.WaitingBytes ?? 0;

    public bool SaidHello => _outbox is not null;

    /// <summary>Begins the link anew.</summary>
    public void SayHello(Hello hello)
    {
        _reports.Clear();
        _outbox = new Outbox(RandomEpoch());
        SendUnsequenced(hello);
    }

    /// <summary>Stops the link until the next hello; what comes until then is of the old one.</summary>
    public void Stop() => _outbox = null;

    /// <summary>Without a link the record is dropped: what it says follows from the next inventory, or is said again after it.</summary>
    public void Post(Record record)
    {
        if (_outbox is null)
            return;
        var ordinal = _outbox.Post(record);
        if (record is Completed completed)
            _reports.Enqueue((ordinal, new TaskAttempt(completed.Task, completed.Attempt)));
        else if (record is Failed failed)
            _reports.Enqueue((ordinal, new TaskAttempt(failed.Task, failed.Attempt)));
    }

    public void SendUnsequenced(Record record)
    {
        if (_outbox is not null)
            Send(OutgoingMessage.Of(record).HeaderFrame(_outbox.Link.StampUnsequenced()), []);
    }

    public void SendHeartbeat()
    {
        if (_outbox is not null)
            SendUnsequenced(new Heartbeat(_outbox.Link.Sent));
    }

    /// <summary>Whether everything up to a seq has come.</summary>
    public bool HasReceived(ulong seq) => _outbox is null || _outbox.Link.HasReceived(seq);

    /// <summary>Sends what the manager has credit for.</summary>
    public void Flush()
    {
        while (_outbox is not null && _outbox.TryTake(out var header, out var frames))
            Send(header, frames);
    }

    /// <summary>The next message, if one is there. <paramref name="message"/> is null when it was of no meaning to this link.</summary>
    /// <exception cref="ProtocolException">It is malformed.</exception>
    public bool TryReceive(out IncomingMessage? message, out LinkVerdict verdict)
    {
        (message, verdict) = (null, LinkVerdict.WrongEpoch);
        if (!_socket.TryReceive(_incoming))
            return false;
        // The records look at these bytes for as long as their tasks live, and ZeroMQ's go with the next message.
        var header = _incoming[0].ToArray();
        var payloads = new ReadOnlyMemory<byte>[_incoming.Count - 1];
        long bytes = header.Length;
        for (var i = 0; i < payloads.Length; i++)
        {
            payloads[i] = _incoming[i + 1].ToArray();
            bytes += payloads[i].Length;
        }

        _incoming.Clear();
        if (_outbox is null)
            return true;
        message = IncomingMessage.Read(header, payloads);
        verdict = _outbox.Receive(message.Header, bytes);
        return true;
    }

    /// <summary>Reports that the manager has acknowledged since the last time; null for none.</summary>
    public List<TaskAttempt>? TakeAcknowledged()
    {
        List<TaskAttempt>? acknowledged = null;
        while (_outbox is not null && _reports.TryPeek(out var first) && first.Ordinal <= _outbox.AcknowledgedRecords)
            (acknowledged ??= []).Add(_reports.Dequeue().Report);
        return acknowledged;
    }

    /// <summary>Closes without sending what still waits, as a link that was lost is of no use to the manager.</summary>
    public void Abandon()
    {
        _socket.Linger = TimeSpan.Zero;
        Dispose();
    }

    public void Dispose()
    {
        _loop.Unwatch(_item);
        _secured?.Dispose();
        _incoming.Dispose();
        _outgoing.Dispose();
        _socket.Dispose();
    }

    private void Send(byte[] header, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        _outgoing.Clear();
        _outgoing.Add(header);
        foreach (var frame in frames)
            _outgoing.Add(frame);
        // An encrypted connection that ended is not made again, and its end is about to be told.
        if (!_socket.TrySend(_outgoing) && _secured is null)
            throw new InvalidOperationException("a socket without high-water mark had no room");
    }

    private static ulong RandomEpoch()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 1) + 1;
    }
}
