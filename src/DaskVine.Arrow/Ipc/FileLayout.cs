namespace DaskVine.Arrow.Ipc;

/// <summary>What stands around the messages of a file.</summary>
internal static class FileLayout
{
    /// <summary>The magic bytes at the start, padded.</summary>
    internal const int Head = 8;

    /// <summary>Bytes of the place of one message in the footer.</summary>
    internal const int BlockSize = 24;

    /// <summary>What a file begins and ends with.</summary>
    internal static ReadOnlySpan<byte> Magic => "ARROW1"u8;
}
