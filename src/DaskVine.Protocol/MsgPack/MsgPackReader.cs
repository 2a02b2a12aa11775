using System.Buffers.Binary;

namespace DaskVine.Protocol.MsgPack;

/// <summary>
/// Reads MessagePack values one after the other from a span. Pass it by ref: a copy advances alone.
/// Bytes that are not what was asked for raise <see cref="MsgPackException"/> and leave the reader where it was.
/// </summary>
public ref partial struct MsgPackReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly MsgPackLimits _limits;
    private int _at;

    /// <summary>Reads under <see cref="MsgPackLimits.Default"/>.</summary>
    public MsgPackReader(ReadOnlySpan<byte> bytes)
        : this(bytes, MsgPackLimits.Default)
    {
    }

    /// <summary>Reads under the caller's own limits.</summary>
    public MsgPackReader(ReadOnlySpan<byte> bytes, MsgPackLimits limits)
    {
        _bytes = bytes;
        _limits = limits;
    }

    /// <summary>Bytes read so far.</summary>
    public readonly int Consumed => _at;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _bytes.Length - _at;

    /// <summary>Whether every byte has been read.</summary>
    public readonly bool End => _at == _bytes.Length;

    /// <summary>The family of the next value, which stays unread.</summary>
    public readonly MsgPackType NextType => MsgPackCode.TypeOf(Peek("a value")) ?? throw Unexpected("a value");

    /// <summary>Reads a nil if one is next; otherwise reads nothing.</summary>
    public bool TryReadNil()
    {
        if (Peek("nil or a value") != MsgPackCode.Nil)
            return false;
        _at++;
        return true;
    }

    /// <summary>Reads a nil.</summary>
    public void ReadNil()
    {
        if (Peek("nil") != MsgPackCode.Nil)
            throw Unexpected("nil");
        _at++;
    }

    /// <summary>Reads true or false.</summary>
    public bool ReadBoolean()
    {
        byte code = Peek("a boolean");
        if (code is not (MsgPackCode.True or MsgPackCode.False))
            throw Unexpected("a boolean");
        _at++;
        return code == MsgPackCode.True;
    }

    /// <summary>Reads an integer of any encoded width that fits.</summary>
    public long ReadInt64() => (long)ReadInteger("a signed 64-bit integer", long.MinValue, long.MaxValue);

    /// <summary>Reads a non-negative integer of any encoded width.</summary>
    public ulong ReadUInt64() => ReadInteger("an unsigned 64-bit integer", 0, ulong.MaxValue);

    /// <summary>Reads an integer of any encoded width that fits.</summary>
    public int ReadInt32() => (int)(long)ReadInteger("a signed 32-bit integer", int.MinValue, int.MaxValue);

    /// <summary>Reads a non-negative integer of any encoded width that fits.</summary>
    public uint ReadUInt32() => (uint)ReadInteger("an unsigned 32-bit integer", 0, uint.MaxValue);

    /// <summary>Reads a floating-point number of either width, or an integer, which Python writes for whole seconds.</summary>
    public double ReadDouble()
    {
        const string Expected = "a number";
        byte code = Peek(Expected);
        double value;
        int size;
        if (code == MsgPackCode.Float64)
            (value, size) = (BinaryPrimitives.ReadDoubleBigEndian(After(8, Expected)), 9);
        else if (code == MsgPackCode.Float32)
            (value, size) = (BinaryPrimitives.ReadSingleBigEndian(After(4, Expected)), 5);
        else
        {
            ulong bits = PeekInteger(Expected, out bool negative, out size);
            value = negative ? (long)bits : bits;
        }
        _at += size;
        return value;
    }

    private ulong ReadInteger(string expected, long lowest, ulong highest)
    {
        ulong bits = PeekInteger(expected, out bool negative, out int size);
        bool fits = negative ? (long)bits >= lowest : bits <= highest;
        if (!fits)
            throw Refused(expected, negative ? $"{(long)bits}" : $"{bits}");
        _at += size;
        return bits;
    }

    /// <summary>The next integer as 64 bits in two's complement; negative tells -1 from the largest unsigned value.</summary>
    private readonly ulong PeekInteger(string expected, out bool negative, out int size)
    {
        byte code = Peek(expected);
        (long signed, size) = code switch
        {
            <= MsgPackCode.MaxPositiveFixInt => (code, 1),
            >= MsgPackCode.MinNegativeFixInt => ((sbyte)code, 1),
            MsgPackCode.UInt8 => (After(1, expected)[0], 2),
            MsgPackCode.UInt16 => (BinaryPrimitives.ReadUInt16BigEndian(After(2, expected)), 3),
            MsgPackCode.UInt32 => (BinaryPrimitives.ReadUInt32BigEndian(After(4, expected)), 5),
            MsgPackCode.UInt64 or MsgPackCode.Int64 => (BinaryPrimitives.ReadInt64BigEndian(After(8, expected)), 9),
            MsgPackCode.Int8 => ((sbyte)After(1, expected)[0], 2),
            MsgPackCode.Int16 => (BinaryPrimitives.ReadInt16BigEndian(After(2, expected)), 3),
            MsgPackCode.Int32 => (BinaryPrimitives.ReadInt32BigEndian(After(4, expected)), 5),
            _ => throw Unexpected(expected),
        };
        negative = signed < 0 && code != MsgPackCode.UInt64;
        return (ulong)signed;
    }

    private readonly byte Peek(string expected) => _at < _bytes.Length ? _bytes[_at] : throw Refused(expected, "the end of the bytes");

    /// <summary>The bytes that follow the first byte of the next value.</summary>
    private readonly ReadOnlySpan<byte> After(int width, string expected) =>
        Remaining > width ? _bytes.Slice(_at + 1, width) : throw Truncated(expected, (long)width + 1);

    private readonly MsgPackException Unexpected(string expected) => Refused(expected, MsgPackCode.Describe(_bytes[_at]));

    private readonly MsgPackException Truncated(string expected, long needed) =>
        Refused(expected, $"{MsgPackCode.Describe(_bytes[_at])} that needs {needed} bytes where {Remaining} remain");

    private readonly MsgPackException Refused(string expected, string found) => new(expected, found, _at);
}
