using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

/// <summary>One call on a reader; the reader cannot be captured, so the call takes it.</summary>
internal delegate object? MsgPackRead(ref MsgPackReader reader);

/// <summary>Every call a reader offers, and what a call is asserted to do.</summary>
internal static class MsgPackReads
{
    internal static object? Int64(ref MsgPackReader reader) => reader.ReadInt64();

    internal static object? UInt64(ref MsgPackReader reader) => reader.ReadUInt64();

    internal static object? Int32(ref MsgPackReader reader) => reader.ReadInt32();

    internal static object? UInt32(ref MsgPackReader reader) => reader.ReadUInt32();

    internal static object? Double(ref MsgPackReader reader) => reader.ReadDouble();

    internal static object? Boolean(ref MsgPackReader reader) => reader.ReadBoolean();

    internal static object? String(ref MsgPackReader reader) => reader.ReadString();

    internal static object? StringBytes(ref MsgPackReader reader) => reader.ReadStringBytes().ToArray();

    internal static object? Binary(ref MsgPackReader reader) => reader.ReadBinary().ToArray();

    internal static object? Array(ref MsgPackReader reader) => reader.ReadArrayHeader();

    internal static object? Map(ref MsgPackReader reader) => reader.ReadMapHeader();

    internal static object? NextType(ref MsgPackReader reader) => reader.NextType;

    internal static object? TryNil(ref MsgPackReader reader) => reader.TryReadNil();

    internal static object? Extension(ref MsgPackReader reader) => (reader.ReadExtension(out sbyte type).ToArray(), type);

    internal static object? Nil(ref MsgPackReader reader)
    {
        reader.ReadNil();
        return null;
    }

    internal static object? Skip(ref MsgPackReader reader)
    {
        reader.Skip();
        return null;
    }

    internal static MsgPackRead[] All { get; } =
    [
        Int64, UInt64, Int32, UInt32, Double, Boolean, String, StringBytes, Binary, Array, Map, NextType, TryNil, Extension, Nil, Skip,
    ];

    internal static byte[] Write(Action<MsgPackWriter> write)
    {
        var writer = new MsgPackWriter();
        write(writer);
        return writer.ToArray();
    }

    /// <summary>A head in hexadecimal digits, then that many equal bytes.</summary>
    internal static byte[] Bytes(string head, int padding = 0, byte pad = 0) =>
        [.. Convert.FromHexString(head), .. Enumerable.Repeat(pad, padding)];

    /// <summary>Reads the one value that the bytes hold, all of them.</summary>
    internal static object? ReadWhole(byte[] bytes, MsgPackRead read)
    {
        var reader = new MsgPackReader(bytes);
        object? value = read(ref reader);
        Assert.True(reader.End);
        return value;
    }

    /// <summary>Reads bytes that must be refused with the reader left in place.</summary>
    internal static MsgPackException Refuse(byte[] bytes, MsgPackRead read, MsgPackLimits? limits = null)
    {
        var reader = new MsgPackReader(bytes, limits ?? MsgPackLimits.Default);
        MsgPackException? refusal = null;
        try
        {
            read(ref reader);
        }
        catch (MsgPackException thrown)
        {
            refusal = thrown;
        }
        Assert.NotNull(refusal);
        Assert.Equal(0, reader.Consumed);
        return refusal;
    }
}
