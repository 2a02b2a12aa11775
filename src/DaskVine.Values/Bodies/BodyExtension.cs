using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Bodies;

/// <summary>Extension types of a body ("Bodies and values" in ARCHITECTURE.md).</summary>
internal static class BodyExtension
{
    public const sbyte Input = 1;
    public const sbyte Call = 2;
    public const sbyte Pickle = 3;
    public const sbyte Function = 4;
    public const sbyte Keywords = 5;
    public const sbyte Tuple = 6;
    public const sbyte Arrow = 7;

    public static bool IsKeywords(MsgPackReader next)
    {
        if (next.NextType != MsgPackType.Extension)
            return false;
        next.ReadExtension(out var extension);
        return extension == Keywords;
    }

    /// <summary>An index, big-endian, in as few bytes as it needs.</summary>
    public static int Index(ReadOnlySpan<byte> payload)
    {
        if (payload.Length is 0 or > sizeof(int))
            throw new ValueException($"an index of {payload.Length} bytes is none");
        var index = 0L;
        foreach (var part in payload)
            index = (index << 8) | part;
        return index <= int.MaxValue ? (int)index : throw new ValueException($"{index} is no index");
    }
}
