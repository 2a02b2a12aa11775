using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>Where a message was written, as a file's footer says it.</summary>
internal readonly record struct Block(long Offset, int MetadataLength, long BodyLength);

/// <summary>Writes the messages of a stream, each with its metadata padded so that its body is aligned.</summary>
internal sealed class MessageWriter(ArrowWriteOptions options)
{
    private const int Prefix = 8;

    private static readonly byte[] EndMark = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

    internal PieceList Pieces { get; } = new(options.Start);

    internal void WriteSchema(Schema schema) => WriteHead(MessageKind.Schema, SchemaEncoder.Encode(schema), 0);

    internal Block WriteBatch(RecordBatch batch)
    {
        var encoder = new BatchEncoder(options.Alignment);
        foreach (ArrowArray column in batch.Columns)
            encoder.Add(column);
        return Write(MessageKind.RecordBatch, encoder.Header(batch.Length), encoder);
    }

    internal Block WriteDictionary(DictionaryPart part)
    {
        var encoder = new BatchEncoder(options.Alignment);
        encoder.Add(part.Values);
        FlatTableNode header = new FlatTableNode()
            .Int64(Slots.DictionaryBatchId, part.Id)
            .Child(Slots.DictionaryBatchData, encoder.Header(part.Values.Length))
            .Boolean(Slots.DictionaryBatchIsDelta, part.IsDelta);
        return Write(MessageKind.DictionaryBatch, header, encoder);
    }

    /// <summary>A batch of one large binary of so many bytes, up to where these belong.</summary>
    internal void WriteHeadOfRow(long length)
    {
        var encoder = new BatchEncoder(options.Alignment);
        encoder.AddRow(length);
        Write(MessageKind.RecordBatch, encoder.Header(1), encoder);
    }

    internal void WriteEnd() => Pieces.Add(EndMark);

    private Block Write(MessageKind kind, FlatTableNode header, BatchEncoder encoder)
    {
        long offset = Pieces.Position;
        int metadataLength = WriteHead(kind, header, encoder.BodyLength);
        encoder.WriteBody(Pieces);
        return new Block(offset, metadataLength, encoder.BodyLength);
    }

    /// <summary>Writes what stands before the body and returns its length.</summary>
    private int WriteHead(MessageKind kind, FlatTableNode header, long bodyLength)
    {
        byte[] metadata = FlatBuilder.Build(new FlatTableNode()
            .Int16(Slots.MessageVersion, (int)MetadataVersion.V5)
            .Byte(Slots.MessageKind, (byte)kind)
            .Child(Slots.MessageHeader, header)
            .Int64(Slots.MessageBodyLength, bodyLength));
        int padding = (int)(-(Pieces.Position + Prefix + metadata.Length) & (options.Alignment - 1));
        Span<byte> prefix = Pieces.Take(Prefix);
        BinaryPrimitives.WriteInt32LittleEndian(prefix, IpcMessage.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], metadata.Length + padding);
        Pieces.Add(metadata);
        Pieces.Pad(padding);
        return Prefix + metadata.Length + padding;
    }
}
