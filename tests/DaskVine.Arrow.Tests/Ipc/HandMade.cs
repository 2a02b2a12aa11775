using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow.Tests.Ipc;

/// <summary>Messages put together by hand, as no sound writer would.</summary>
internal static class HandMade
{
    internal static byte[] EndMark { get; } = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

    internal static byte[] Message(
        MessageKind kind, FlatTableNode header, byte[]? body = null, int version = (int)MetadataVersion.V5, bool isLegacy = false)
    {
        byte[] metadata = FlatBuilder.Build(new FlatTableNode()
            .Int16(Slots.MessageVersion, version)
            .Byte(Slots.MessageKind, (byte)kind)
            .Child(Slots.MessageHeader, header)
            .Int64(Slots.MessageBodyLength, body?.Length ?? 0));
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, metadata.Length);
        return [.. isLegacy ? [] : EndMark.AsSpan(0, 4), .. length, .. metadata, .. body ?? []];
    }

    internal static byte[] Schema(params Field[] fields) => Message(MessageKind.Schema, SchemaEncoder.Encode(new Schema(fields)));

    internal static FlatTableNode FieldTable(TypeNumber number, FlatTableNode type, FlatNode? children = null) => new FlatTableNode()
        .Child(Slots.FieldName, FlatNode.Text("x"))
        .Byte(Slots.FieldTypeNumber, (byte)number)
        .Child(Slots.FieldType, type)
        .Child(Slots.FieldChildren, children);

    /// <summary>A batch of nodes (length, nulls) and buffers (offset, length) over a body.</summary>
    internal static FlatTableNode Batch(long length, (long, long)[] nodes, (long, long)[] buffers) => new FlatTableNode()
        .Int64(Slots.BatchLength, length)
        .Child(Slots.BatchNodes, Pairs(nodes))
        .Child(Slots.BatchBuffers, Pairs(buffers));

    /// <summary>A stream of one column and one batch.</summary>
    internal static byte[] Stream(ArrowType type, long length, (long, long)[] nodes, (long, long)[] buffers, byte[] body) =>
        [.. Schema(new Field("x", type)), .. Message(MessageKind.RecordBatch, Batch(length, nodes, buffers), body), .. EndMark];

    internal static byte[] Ints(params int[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    internal static string Refusal(byte[] stream) => Assert.Throws<ArrowFormatException>(() => ArrowTable.ReadStream(stream)).Message;

    internal static void Refuse(string told, byte[] stream) => Assert.Contains(told, Refusal(stream), StringComparison.Ordinal);

    private static FlatNode Pairs((long First, long Second)[] pairs) =>
        FlatNode.Vector(MemoryMarshal.AsBytes(pairs.AsSpan()).ToArray(), 16, 8);
}
