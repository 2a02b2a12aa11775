using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.Records;

namespace DaskVine.Protocol.Tests.Links;

/// <summary>An outbox with the queue of what is on its way to it, as ZeroMQ keeps one.</summary>
internal sealed class LinkedOutbox(long credit)
{
    private readonly Outbox _outbox = new(epoch: 7, credit);
    private readonly Queue<WireMessage> _incoming = new();

    // Bytes of the messages sent and not acknowledged, as they were on the wire.
    private readonly Queue<long> _outstanding = new();
    private ulong _sent;
    private ulong _received;
    private ulong _grant;

    internal LinkedOutbox? Peer { get; set; }

    /// <summary>What came, in the order in which it came; the records are numbered in the order of their posts.</summary>
    internal List<long> Delivered { get; } = [];

    internal long Posted { get; private set; }

    internal Outbox Outbox => _outbox;

    /// <summary>A sequenced message on its way here was lost.</summary>
    internal bool HasLost { get; private set; }

    internal bool HasGap { get; private set; }

    internal bool IsIdle => _incoming.Count == 0;

    internal void Post(int bytes)
    {
        Posted++;
        Assert.Equal(Posted, _outbox.Post(new Chunk(new FileId(Posted), bytes, 0, new byte[bytes])));
    }

    /// <summary>Sends one message; false when there is none that may be sent.</summary>
    internal bool Send()
    {
        if (OutboxTests.Take(_outbox) is not { } message)
            return false;
        Peer!._incoming.Enqueue(message);
        if (message.Read().Header.Seq != 0)
        {
            _sent++;
            var before = (ulong)_outstanding.Sum();
            _outstanding.Enqueue(OutboxTests.Size(message));
            Assert.True(
                _outstanding.Count == 1 || before < _grant / 2 || (ulong)_outstanding.Sum() <= _grant,
                "More is outstanding than the peer holds.");
        }

        return true;
    }

    /// <summary>Sends a heartbeat, which carries the acknowledgement even when none is due.</summary>
    internal void Beat()
    {
        var header = OutgoingMessage.Of(new Heartbeat()).HeaderFrame(_outbox.Link.StampUnsequenced());
        Peer!._incoming.Enqueue(new WireMessage(header, []));
    }

    /// <summary>Loses the next message on its way here.</summary>
    internal void Lose()
    {
        if (_incoming.TryDequeue(out var message))
            HasLost |= message.Read().Header.Seq > _received;
    }

    /// <summary>Takes the next message in, and leaves it there to come again.</summary>
    internal void ReceiveTwice()
    {
        if (_incoming.TryPeek(out var message))
            Take(message);
    }

    internal void Receive()
    {
        if (_incoming.TryDequeue(out var message))
            Take(message);
    }

    private void Take(WireMessage message)
    {
        var (header, records) = message.Read();
        var verdict = _outbox.Receive(header, OutboxTests.Size(message));
        HasGap |= verdict == LinkVerdict.Gap;
        _grant = header.Credit;
        while ((ulong)_outstanding.Count > _sent - _outbox.Link.Acknowledged)
            _outstanding.Dequeue();
        if (verdict != LinkVerdict.Deliver)
            return;
        _received = Math.Max(_received, header.Seq);
        Delivered.AddRange(records.OfType<Chunk>().Select(chunk => chunk.File.Value));
    }
}
