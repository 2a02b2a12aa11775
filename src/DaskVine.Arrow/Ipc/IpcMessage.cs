using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Ipc;

/// <summary>One message of a stream: its metadata and the body that follows.</summary>
internal readonly record struct IpcMessage(
    MetadataVersion Version, MessageKind Kind, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)
{
    internal const int Continuation = -1;

    /// <summary>The table that describes the body.</summary>
    internal FlatTable Header => FlatTable.Root(Metadata.Span).Table(Slots.MessageHeader, "a message's header");

    /// <summary>Reads the message at the start of the bytes.</summary>
    /// <returns>How many bytes it took, and the message; none at a stream's end mark.</returns>
    internal static (int Consumed, IpcMessage? Message) Read(ReadOnlyMemory<byte> bytes)
    {
        int first = Number(bytes.Span, 0);
        // Before Arrow 0.15 the length stood alone.
        int prefix = first == Continuation ? 8 : 4;
        int length = first == Continuation ? Number(bytes.Span, 4) : first;
        if (length == 0)
            return (prefix, null);
        if (length < 0 || length > bytes.Length - prefix)
            throw new ArrowFormatException($"A message's metadata has {length} bytes, and {bytes.Length - prefix} bytes are left.");
        ReadOnlyMemory<byte> metadata = bytes.Slice(prefix, length);
        FlatTable message = FlatTable.Root(metadata.Span);
        long bodyLength = message.Int64(Slots.MessageBodyLength);
        int left = bytes.Length - prefix - length;
        if (bodyLength < 0 || bodyLength > left)
            throw new ArrowFormatException($"A message's body has {bodyLength} bytes, and {left} bytes are left.");
        var kind = (MessageKind)message.Byte(Slots.MessageKind);
        if (kind is not (MessageKind.Schema or MessageKind.DictionaryBatch or MessageKind.RecordBatch))
            throw new ArrowFormatException($"A message of kind {kind} is not supported.");
        MetadataVersion version = CheckedVersion(message.Int16(Slots.MessageVersion));
        ReadOnlyMemory<byte> body = bytes.Slice(prefix + length, (int)bodyLength);
        return (prefix + length + (int)bodyLength, new IpcMessage(version, kind, metadata, body));
    }

    internal static MetadataVersion CheckedVersion(short version) => (MetadataVersion)version is MetadataVersion.V4 or MetadataVersion.V5
        ? (MetadataVersion)version
        : throw new ArrowFormatException($"Arrow metadata of version V{version + 1} is not supported; V4 and V5 are.");

    private static int Number(ReadOnlySpan<byte> bytes, int at) => bytes.Length - at >= sizeof(int)
        ? BinaryPrimitives.ReadInt32LittleEndian(bytes[at..])
        : throw new ArrowFormatException("The Arrow stream ends within the length of a message.");
}
