using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Links;

/// <summary>Records on their way to one peer: gathered into messages, held back while the peer's credit is used up.</summary>
public sealed class Outbox
{
    // Small enough that the other side starts on the first tasks while the last are still being encoded.
    private const int MessageRecords = 1024;
    private const long MessageBytes = 256 * 1024;

    // Closed messages in order; none of them has been stamped.
    private readonly Queue<OutgoingMessage> _waiting = new();
    // Stamped and not acknowledged: seq and ordinal of the last record.
    private readonly Queue<(ulong Seq, long LastRecord)> _sent = new();
    private readonly RecordWriter _open = new();
    private long _posted;

    public Outbox(ulong epoch, long credit = Link.DefaultCredit) => Link = new Link(epoch, credit);

    public Link Link { get; }

    /// <summary>Ordinal of the last record that the other side has acknowledged.</summary>
    public long AcknowledgedRecords { get; private set; }

    /// <summary>Bytes that wait here, unstamped. A producer of bulk data holds back while this is not small.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>Takes a sequenced record and returns its ordinal on this link: 1, 2, 3 …</summary>
    public long Post(Record record)
    {
        var before = _open.Bytes;
        _open.Add(record);
        WaitingBytes += _open.Bytes - before;
        _posted++;
        if (_open.Count >= MessageRecords || _open.Bytes >= MessageBytes)
            Close();
        return _posted;
    }

    /// <summary>The next message that may be sent now, stamped, or an acknowledgement alone when one is due.</summary>
    public bool TryTake(out byte[] header, out IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        if (_waiting.Count == 0 && _open.Count > 0)
            Close();
        if (_waiting.TryPeek(out var message) && Link.CanSend(message.Bytes + OutgoingMessage.HeaderBytesMax))
        {
            _waiting.Dequeue();
            WaitingBytes -= message.Bytes;
            var stamp = Link.Stamp(message.Bytes + OutgoingMessage.HeaderBytesMax);
            _sent.Enqueue((stamp.Seq, message.LastRecord));
            header = message.HeaderFrame(stamp);
            frames = message.Frames;
            return true;
        }

        frames = [];
        header = Link.AckDue ? OutgoingMessage.Of().HeaderFrame(Link.StampUnsequenced()) : [];
        return header.Length > 0;
    }

    /// <summary>Takes in the header of a message that came from the peer.</summary>
    public LinkVerdict Receive(in LinkHeader header, long bytes)
    {
        var verdict = Link.Receive(header, bytes);
        while (_sent.TryPeek(out var first) && first.Seq <= Link.Acknowledged)
        {
            _sent.Dequeue();
            AcknowledgedRecords = first.LastRecord;
        }

        return verdict;
    }

    private void Close()
    {
        _waiting.Enqueue(OutgoingMessage.Of(_open, _posted));
        _open.Clear();
    }
}
