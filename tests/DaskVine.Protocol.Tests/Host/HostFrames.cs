using System.Buffers.Binary;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Tests.MsgPack;

namespace DaskVine.Protocol.Tests.Host;

/// <summary>The stream of a host process: what Python writes to it, and the bytes of it in pieces.</summary>
internal static class HostFrames
{
    internal static MsgPackNode Whole(Int128 value) => new MsgPackNode.Whole(value);

    internal static MsgPackNode Text(string value) => new MsgPackNode.Text(value);

    internal static MsgPackNode Nil { get; } = new MsgPackNode.Nil();

    internal static MsgPackNode Bin(params byte[] value) => new MsgPackNode.Binary(value);

    internal static MsgPackNode List(params MsgPackNode[] items) => new MsgPackNode.Sequence(items);

    /// <summary>The output of a call.</summary>
    internal static MsgPackNode Pair(string output, string error) => List(Text(output), Text(error));

    internal static MsgPackNode Record(HostRecordKind kind, params MsgPackNode[] fields) =>
        List([Whole((int)kind), .. fields]);

    internal static byte[] Frame(MsgPackNode record) => Frame(record.Encode());

    internal static byte[] Frame(byte[] body)
    {
        var frame = new byte[sizeof(uint) + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)body.Length);
        body.CopyTo(frame, sizeof(uint));
        return frame;
    }

    /// <summary>Takes a stream of frames apart.</summary>
    internal static List<string> Texts(ReadOnlySpan<byte> stream)
    {
        var texts = new List<string>();
        while (!stream.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(stream);
            var reader = new MsgPackReader(stream.Slice(sizeof(uint), length));
            texts.Add(MsgPackNode.Read(ref reader).ToString());
            Assert.True(reader.End);
            stream = stream[(sizeof(uint) + length)..];
        }

        return texts;
    }

    /// <summary>Fills a reader as a socket would, at most so many bytes at a time, and reads after each.</summary>
    internal static List<HostRecord> Feed(this HostReader reader, ReadOnlySpan<byte> bytes, IEnumerable<int>? pieces = null)
    {
        var records = new List<HostRecord>();
        using var sizes = (pieces ?? []).GetEnumerator();
        while (!bytes.IsEmpty)
        {
            var space = reader.Space();
            Assert.False(space.IsEmpty);
            var piece = Math.Min(sizes.MoveNext() ? sizes.Current : int.MaxValue, Math.Min(space.Length, bytes.Length));
            bytes[..piece].CopyTo(space.Span);
            reader.Advance(piece);
            bytes = bytes[piece..];
            while (reader.TryRead(out var record))
                records.Add(record);
        }

        return records;
    }

    internal static string Describe(HostRecord record) => record switch
    {
        HostHello hello => $"{hello.Role} {hello.Slot} {hello.ProcessId} {string.Join(",", hello.Versions)}",
        HostReturned returned => $"{returned with { Value = null }} {Describe(returned.Value)}",
        HostFailed { Failure: var failure } failed =>
            $"{failed.Call} {failed.DurationUs} {failure with { Exception = null }} {Describe(failure.Exception)} {failed.Output}",
        _ => $"{record}",
    };

    private static string Describe(ReadOnlyMemory<byte>? bytes) => bytes is { } value ? Convert.ToHexString(value.Span) : "nil";
}
