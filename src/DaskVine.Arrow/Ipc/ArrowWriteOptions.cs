using System.Numerics;

namespace DaskVine.Arrow;

/// <summary>How streams and files are written.</summary>
public sealed record ArrowWriteOptions
{
    /// <summary>What Arrow recommends, and what lets a mapped file be used in place.</summary>
    public static ArrowWriteOptions Default { get; } = new();

    /// <summary>
    /// Every body and every buffer begins at a multiple of that many bytes from the start of the stream or file: a power of two, at
    /// least 8.
    /// </summary>
    public int Alignment
    {
        get;
        init => field = value >= 8 && BitOperations.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The alignment is a power of two that is at least 8.");
    } = 64;

    /// <summary>Where the first byte will be, when others stand before it; the alignment counts from there.</summary>
    public long Start { get; init; }
}
