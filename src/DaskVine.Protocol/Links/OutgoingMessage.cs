using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Links;

/// <summary>Encoded records that wait for a header. <paramref name="LastRecord"/> is the ordinal of the last one on its link.</summary>
public sealed record OutgoingMessage(
    ReadOnlyMemory<byte> Records, int Count, IReadOnlyList<ReadOnlyMemory<byte>> Frames, long Bytes, long LastRecord)
{
    /// <summary>What a header frame may take besides the records: two array heads and four numbers.</summary>
    internal const int HeaderBytesMax = 1 + (4 * 9) + 5;

    /// <summary>A message of records outside the sequence, such as a hello, ready to be sent.</summary>
    public static OutgoingMessage Of(params ReadOnlySpan<Record> records)
    {
        var writer = new RecordWriter();
        foreach (var record in records)
            writer.Add(record);
        return Of(writer, 0);
    }

    internal static OutgoingMessage Of(RecordWriter writer, long lastRecord) =>
        new(writer.EncodedRecords.ToArray(), writer.Count, [.. writer.Frames], writer.Bytes, lastRecord);

    /// <summary>The header frame; the payload frames follow it unchanged.</summary>
    public byte[] HeaderFrame(in LinkHeader header)
    {
        var writer = new MsgPackWriter();
        writer.WriteArrayHeader(5);
        writer.Write(header.Epoch);
        writer.Write(header.Seq);
        writer.Write(header.Ack);
        writer.Write(header.Credit);
        writer.WriteArrayHeader(Count);
        writer.WriteRaw(Records.Span);
        return writer.ToArray();
    }
}

/// <summary>A message as it came in.</summary>
public sealed record IncomingMessage(LinkHeader Header, IReadOnlyList<Record> Records)
{
    /// <summary>Reads a whole message. The records keep slices of <paramref name="header"/> and <paramref name="frames"/>.</summary>
    /// <exception cref="ProtocolException">The bytes are not a message of this protocol.</exception>
    public static IncomingMessage Read(ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        try
        {
            var reader = new RecordReader(header, frames);
            var extra = reader.ReadTuple(5);
            var link = new LinkHeader(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
            var records = new Record[reader.ReadArray()];
            for (var i = 0; i < records.Length; i++)
                records[i] = RecordTable.ReadRecord(ref reader);
            reader.Skip(extra);
            if (!reader.End)
                throw new ProtocolException("bytes after the end of the header");
            return new IncomingMessage(link, records);
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"the header is malformed: {e.Message}", e);
        }
    }
}
