namespace DaskVine.Protocol.MsgPack;

/// <summary>What a reader refuses, so that a hostile or broken peer cannot make it work without bound.</summary>
/// <param name="MaxDepth">How many arrays and maps may be open inside each other while skipping.</param>
/// <param name="MaxLength">Bytes of one string, binary or extension.</param>
/// <param name="MaxCount">Elements of one array, or pairs of one map.</param>
public readonly record struct MsgPackLimits(int MaxDepth, int MaxLength, int MaxCount)
{
    /// <summary>32 levels, 1 GiB of payload, 16 Mi elements.</summary>
    public static MsgPackLimits Default => new(32, 1 << 30, 1 << 24);
}
