namespace DaskVine.Protocol.MsgPack;

/// <summary>The first byte of every MessagePack value.</summary>
internal static class MsgPackCode
{
    internal const byte MaxPositiveFixInt = 0x7f;
    internal const byte FixMap = 0x80;
    internal const byte FixArray = 0x90;
    internal const byte FixString = 0xa0;
    internal const byte Nil = 0xc0;
    internal const byte Reserved = 0xc1;
    internal const byte False = 0xc2;
    internal const byte True = 0xc3;
    internal const byte Bin8 = 0xc4;
    internal const byte Bin16 = 0xc5;
    internal const byte Bin32 = 0xc6;
    internal const byte Ext8 = 0xc7;
    internal const byte Ext16 = 0xc8;
    internal const byte Ext32 = 0xc9;
    internal const byte Float32 = 0xca;
    internal const byte Float64 = 0xcb;
    internal const byte UInt8 = 0xcc;
    internal const byte UInt16 = 0xcd;
    internal const byte UInt32 = 0xce;
    internal const byte UInt64 = 0xcf;
    internal const byte Int8 = 0xd0;
    internal const byte Int16 = 0xd1;
    internal const byte Int32 = 0xd2;
    internal const byte Int64 = 0xd3;
    internal const byte FixExt1 = 0xd4;
    internal const byte FixExt2 = 0xd5;
    internal const byte FixExt4 = 0xd6;
    internal const byte FixExt8 = 0xd7;
    internal const byte FixExt16 = 0xd8;
    internal const byte Str8 = 0xd9;
    internal const byte Str16 = 0xda;
    internal const byte Str32 = 0xdb;
    internal const byte Array16 = 0xdc;
    internal const byte Array32 = 0xdd;
    internal const byte Map16 = 0xde;
    internal const byte Map32 = 0xdf;
    internal const byte MinNegativeFixInt = 0xe0;

    /// <summary>The family that a first byte announces; null for the one byte that the specification reserves.</summary>
    internal static MsgPackType? TypeOf(byte code) => code switch
    {
        <= MaxPositiveFixInt or >= MinNegativeFixInt => MsgPackType.Integer,
        < FixArray => MsgPackType.Map,
        < FixString => MsgPackType.Array,
        < Nil => MsgPackType.String,
        Nil => MsgPackType.Nil,
        Reserved => null,
        False or True => MsgPackType.Boolean,
        <= Bin32 => MsgPackType.Binary,
        <= Ext32 => MsgPackType.Extension,
        <= Float64 => MsgPackType.Float,
        <= Int64 => MsgPackType.Integer,
        <= FixExt16 => MsgPackType.Extension,
        <= Str32 => MsgPackType.String,
        <= Array32 => MsgPackType.Array,
        _ => MsgPackType.Map,
    };

    /// <summary>A first byte in words, for error messages.</summary>
    internal static string Describe(byte code) => $"{TypeOf(code)?.ToString() ?? "the reserved byte"} (0x{code:x2})";
}
