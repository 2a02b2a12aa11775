using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace DaskVine.Protocol.MsgPack;

/// <content>Values that carry a run of bytes: strings, binaries and extensions.</content>
public ref partial struct MsgPackReader
{
    // The runtime refuses longer strings with OutOfMemoryException.
    private const int MaxStringLength = 0x3fffffdf;

    private const string AString = "a string";
    private const string ABinary = "a binary";
    private const string AnExtension = "an extension";

    /// <summary>Reads text.</summary>
    public string ReadString()
    {
        int start = _at;
        ReadOnlySpan<byte> utf8 = ReadStringBytes();
        if (utf8.Length <= MaxStringLength)
            return Encoding.UTF8.GetString(utf8);
        _at = start;
        throw Refused(AString, $"{utf8.Length} bytes of text, more than one string holds");
    }

    /// <summary>Reads text as its UTF-8 bytes, already checked to be well formed.</summary>
    public ReadOnlySpan<byte> ReadStringBytes()
    {
        int start = _at;
        ReadOnlySpan<byte> utf8 = TakeString();
        if (Utf8.IsValid(utf8))
            return utf8;
        _at = start;
        throw Refused(AString, "malformed UTF-8");
    }

    /// <summary>Reads raw bytes: the span is the last bytes before <see cref="Consumed"/>.</summary>
    public ReadOnlySpan<byte> ReadBinary() => Peek(ABinary) switch
    {
        MsgPackCode.Bin8 => Take(2, PeekLength(1, ABinary), ABinary),
        MsgPackCode.Bin16 => Take(3, PeekLength(2, ABinary), ABinary),
        MsgPackCode.Bin32 => Take(5, PeekLength(4, ABinary), ABinary),
        _ => throw Unexpected(ABinary),
    };

    /// <summary>Reads an extension's type number and its bytes.</summary>
    public ReadOnlySpan<byte> ReadExtension(out sbyte type)
    {
        (int lengthWidth, uint length) = Peek(AnExtension) switch
        {
            MsgPackCode.FixExt1 => (0, 1u),
            MsgPackCode.FixExt2 => (0, 2u),
            MsgPackCode.FixExt4 => (0, 4u),
            MsgPackCode.FixExt8 => (0, 8u),
            MsgPackCode.FixExt16 => (0, 16u),
            MsgPackCode.Ext8 => (1, PeekLength(1, AnExtension)),
            MsgPackCode.Ext16 => (2, PeekLength(2, AnExtension)),
            MsgPackCode.Ext32 => (4, PeekLength(4, AnExtension)),
            _ => throw Unexpected(AnExtension),
        };
        type = (sbyte)After(lengthWidth + 1, AnExtension)[lengthWidth];
        return Take(lengthWidth + 2, length, AnExtension);
    }

    private ReadOnlySpan<byte> TakeString()
    {
        byte code = Peek(AString);
        return code switch
        {
            >= MsgPackCode.FixString and < MsgPackCode.Nil => Take(1, (uint)(code - MsgPackCode.FixString), AString),
            MsgPackCode.Str8 => Take(2, PeekLength(1, AString), AString),
            MsgPackCode.Str16 => Take(3, PeekLength(2, AString), AString),
            MsgPackCode.Str32 => Take(5, PeekLength(4, AString), AString),
            _ => throw Unexpected(AString),
        };
    }

    /// <summary>Checks a payload against the limit and the bytes at hand, then steps over its head and itself.</summary>
    private ReadOnlySpan<byte> Take(int headSize, uint length, string expected)
    {
        if (length > _limits.MaxLength)
            throw Refused(expected, $"a length of {length}, over the limit of {_limits.MaxLength}");
        if (length > Remaining - headSize)
            throw Truncated(expected, (long)headSize + length);
        ReadOnlySpan<byte> payload = _bytes.Slice(_at + headSize, (int)length);
        _at += headSize + (int)length;
        return payload;
    }

    private readonly uint PeekLength(int width, string expected)
    {
        ReadOnlySpan<byte> length = After(width, expected);
        return width switch
        {
            1 => length[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(length),
            _ => BinaryPrimitives.ReadUInt32BigEndian(length),
        };
    }
}
