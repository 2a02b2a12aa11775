using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Network;

/// <summary>A file on its way over a link, a chunk at a time.</summary>
internal sealed class BulkTransfer(FileId file, ReadOnlyMemory<byte> bytes, int chunkBytes, Func<int, ReadOnlyMemory<byte>, Record> record)
{
    private int _offset;

    public FileId File { get; } = file;

    /// <summary>Called once, when it is over or given up.</summary>
    public Action Ended { get; init; } = () => { };

    /// <summary>The next chunk, or null after the last; an empty file has one.</summary>
    public Record? Next()
    {
        if (_offset > 0 && _offset >= bytes.Length)
            return null;
        var length = Math.Min(chunkBytes, bytes.Length - _offset);
        var chunk = record(_offset, bytes.Slice(_offset, length));
        _offset += Math.Max(1, length);
        return chunk;
    }
}

/// <summary>One side of a link as the processes run it: outbox, large files between small records, wire.</summary>
internal sealed class LinkEnd(Outbox outbox, Wire wire, long bulkWaitingBytes)
{
    private readonly Queue<BulkTransfer> _bulk = new();

    public Outbox Outbox { get; } = outbox;

    public long Post(Record record)
    {
        if (record is Release release)
            EndBulk(transfer => release.Files.Contains(transfer.File));
        return Outbox.Post(record);
    }

    public void Start(BulkTransfer transfer) => _bulk.Enqueue(transfer);

    public void EndBulk(Predicate<BulkTransfer> which)
    {
        for (var left = _bulk.Count; left > 0; left--)
        {
            var transfer = _bulk.Dequeue();
            if (which(transfer))
                transfer.Ended();
            else
                _bulk.Enqueue(transfer);
        }
    }

    public void Flush()
    {
        do
        {
            Pump();
            while (Outbox.TryTake(out var header, out var frames))
                wire.Send(header, frames);
        }
        while (_bulk.Count > 0 && Outbox.WaitingBytes < bulkWaitingBytes);
    }

    public void SendUnsequenced(Record record) => wire.Send(OutgoingMessage.Of(record).HeaderFrame(Outbox.Link.StampUnsequenced()), []);

    private void Pump()
    {
        while (Outbox.WaitingBytes < bulkWaitingBytes && _bulk.TryPeek(out var transfer))
        {
            if (transfer.Next() is { } record)
                Outbox.Post(record);
            else
                _bulk.Dequeue().Ended();
        }
    }
}
