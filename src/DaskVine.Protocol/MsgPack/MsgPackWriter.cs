using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DaskVine.Protocol.MsgPack;

/// <summary>
/// Writes MessagePack values one after the other into a buffer that grows and is kept over <see cref="Clear"/>.
/// Every value takes its smallest encoding, byte for byte as python3-msgpack writes it.
/// </summary>
public sealed partial class MsgPackWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a nil.</summary>
    public void WriteNil() => Append(MsgPackCode.Nil);

    /// <summary>Writes true or false.</summary>
    public void Write(bool value) => Append(value ? MsgPackCode.True : MsgPackCode.False);

    /// <summary>Writes an integer.</summary>
    public void Write(int value) => Write((long)value);

    /// <summary>Writes an integer.</summary>
    public void Write(uint value) => Write((ulong)value);

    /// <summary>Writes an integer.</summary>
    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else if (value >= -32)
            Append((byte)value);
        else if (value >= sbyte.MinValue)
            Append(MsgPackCode.Int8, (byte)value);
        else if (value >= short.MinValue)
            Append(MsgPackCode.Int16, (ushort)value);
        else if (value >= int.MinValue)
            Append(MsgPackCode.Int32, (uint)value);
        else
            Append(MsgPackCode.Int64, (ulong)value);
    }

    /// <summary>Writes an integer.</summary>
    public void Write(ulong value)
    {
        if (value <= MsgPackCode.MaxPositiveFixInt)
            Append((byte)value);
        else if (value <= byte.MaxValue)
            Append(MsgPackCode.UInt8, (byte)value);
        else if (value <= ushort.MaxValue)
            Append(MsgPackCode.UInt16, (ushort)value);
        else if (value <= uint.MaxValue)
            Append(MsgPackCode.UInt32, (uint)value);
        else
            Append(MsgPackCode.UInt64, value);
    }

    /// <summary>Writes a floating-point number, always in 64 bits.</summary>
    public void Write(double value) => Append(MsgPackCode.Float64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes text; an unpaired surrogate is the caller's error.</summary>
    public void Write(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = StrictUtf8.GetByteCount(value);
        WriteStringHeader(length);
        StrictUtf8.GetBytes(value, Reserve(length));
    }

    /// <summary>Writes text that is UTF-8 already; malformed bytes are the caller's error.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new ArgumentException("The bytes are not UTF-8.", nameof(utf8));
        WriteStringHeader(utf8.Length);
        WriteRaw(utf8);
    }

    /// <summary>Writes raw bytes.</summary>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        AppendLength(value.Length, MsgPackCode.Bin8, MsgPackCode.Bin16, MsgPackCode.Bin32);
        WriteRaw(value);
    }

    /// <summary>Announces an array; that many values must follow.</summary>
    public void WriteArrayHeader(int count) => AppendCount(count, MsgPackCode.FixArray, MsgPackCode.Array16, MsgPackCode.Array32);

    /// <summary>Announces a map; that many keys, each followed by its value, must follow.</summary>
    public void WriteMapHeader(int count) => AppendCount(count, MsgPackCode.FixMap, MsgPackCode.Map16, MsgPackCode.Map32);

    /// <summary>Writes bytes tagged with an application's type number.</summary>
    public void WriteExtension(sbyte type, ReadOnlySpan<byte> value)
    {
        byte? fixedSize = value.Length switch
        {
            1 => MsgPackCode.FixExt1,
            2 => MsgPackCode.FixExt2,
            4 => MsgPackCode.FixExt4,
            8 => MsgPackCode.FixExt8,
            16 => MsgPackCode.FixExt16,
            _ => null,
        };
        if (fixedSize is byte code)
            Append(code);
        else
            AppendLength(value.Length, MsgPackCode.Ext8, MsgPackCode.Ext16, MsgPackCode.Ext32);
        Append((byte)type);
        WriteRaw(value);
    }

    /// <summary>Appends a value that is encoded already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Reserve(encoded.Length));

    private void WriteStringHeader(int length)
    {
        if (length < 32)
            Append((byte)(MsgPackCode.FixString | length));
        else
            AppendLength(length, MsgPackCode.Str8, MsgPackCode.Str16, MsgPackCode.Str32);
    }

    private void AppendCount(int count, byte fixedCode, byte code16, byte code32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count < 16)
            Append((byte)(fixedCode | count));
        else if (count <= ushort.MaxValue)
            Append(code16, (ushort)count);
        else
            Append(code32, (uint)count);
    }

    private void AppendLength(int length, byte code8, byte code16, byte code32)
    {
        if (length <= byte.MaxValue)
            Append(code8, (byte)length);
        else if (length <= ushort.MaxValue)
            Append(code16, (ushort)length);
        else
            Append(code32, (uint)length);
    }

    private void Append(byte value) => Reserve(1)[0] = value;

    private void Append(byte code, byte value)
    {
        Span<byte> room = Reserve(2);
        room[0] = code;
        room[1] = value;
    }

    private void Append(byte code, ushort value)
    {
        Span<byte> room = Reserve(3);
        room[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(room[1..], value);
    }

    private void Append(byte code, uint value)
    {
        Span<byte> room = Reserve(5);
        room[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(room[1..], value);
    }

    private void Append(byte code, ulong value)
    {
        Span<byte> room = Reserve(9);
        room[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(room[1..], value);
    }
}
