namespace DaskVine.Protocol.Links;

/// <summary>
/// One side of a link: sequence numbers, cumulative acknowledgements and credit. ZeroMQ drops silently for peers that are gone or full
/// and reconnects to another process with the old queue; this is how that is noticed.
/// </summary>
public sealed class Link
{
    /// <summary>Bytes of unacknowledged messages that we are ready to hold.</summary>
    public const long DefaultCredit = 16L << 20;

    private const int AckEveryMessages = 16;

    // Sent and not acknowledged, by ascending seq.
    private readonly Queue<(ulong Seq, long Bytes)> _outstanding = new();
    private readonly long _credit;
    private ulong _sent;
    private ulong _received;
    private long _outstandingBytes;
    private long _peerCredit;
    private int _messagesSinceAck;
    private long _bytesSinceAck;

    public Link(ulong epoch, long credit = DefaultCredit)
    {
        Epoch = epoch;
        _credit = credit;
    }

    public ulong Epoch { get; }

    /// <summary>Highest seq that the other side has acknowledged.</summary>
    public ulong Acknowledged { get; private set; }

    /// <summary>Highest seq that was stamped.</summary>
    public ulong Sent => _sent;

    /// <summary>Whether an acknowledgement should be sent even if there is nothing else to send.</summary>
    public bool AckDue =>
        _messagesSinceAck >= AckEveryMessages || (_messagesSinceAck > 0 && _bytesSinceAck >= _credit / 4);

    /// <summary>
    /// The other side owes an acknowledgement once a quarter of its credit has come, so below half of it a message of any size may go:
    /// waiting could last until the next heartbeat.
    /// </summary>
    public bool CanSend(long bytes) =>
        _outstanding.Count == 0 || _outstandingBytes < _peerCredit / 2 || _outstandingBytes + bytes <= _peerCredit;

    /// <summary>Whether everything up to a seq has come; what a heartbeat says was sent and has not come is lost.</summary>
    public bool HasReceived(ulong seq) => seq <= _received;

    /// <summary>Header for the next message of <paramref name="bytes"/> bytes with sequenced records.</summary>
    public LinkHeader Stamp(long bytes)
    {
        _sent++;
        _outstanding.Enqueue((_sent, bytes));
        _outstandingBytes += bytes;
        return Header(_sent);
    }

    /// <summary>Header for a message without sequenced records.</summary>
    public LinkHeader StampUnsequenced() => Header(0);

    /// <summary>Takes in the header of a message of <paramref name="bytes"/> bytes.</summary>
    public LinkVerdict Receive(in LinkHeader header, long bytes)
    {
        if (header.Epoch != Epoch)
            return LinkVerdict.WrongEpoch;
        if (header.Ack > _sent)
            return LinkVerdict.Gap;
        Acknowledge(header.Ack);
        _peerCredit = (long)Math.Min(header.Credit, long.MaxValue);
        if (header.Seq == 0)
            return LinkVerdict.Deliver;
        if (header.Seq <= _received)
            return LinkVerdict.Duplicate;
        if (header.Seq != _received + 1)
            return LinkVerdict.Gap;
        _received = header.Seq;
        _messagesSinceAck++;
        _bytesSinceAck += bytes;
        return LinkVerdict.Deliver;
    }

    private LinkHeader Header(ulong seq)
    {
        _messagesSinceAck = 0;
        _bytesSinceAck = 0;
        return new LinkHeader(Epoch, seq, _received, (ulong)_credit);
    }

    private void Acknowledge(ulong seq)
    {
        Acknowledged = Math.Max(Acknowledged, seq);
        while (_outstanding.TryPeek(out var first) && first.Seq <= seq)
        {
            _outstanding.Dequeue();
            _outstandingBytes -= first.Bytes;
        }
    }
}
