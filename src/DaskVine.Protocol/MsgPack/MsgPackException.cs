namespace DaskVine.Protocol.MsgPack;

/// <summary>Bytes that are not the MessagePack value that the caller asked for.</summary>
public sealed class MsgPackException : Exception
{
    /// <summary>Makes an exception for one refused value.</summary>
    public MsgPackException(string expected, string found, int offset)
        : base($"Expected {expected}, found {found} at offset {offset}.")
    {
        Expected = expected;
        Found = found;
        Offset = offset;
    }

    /// <summary>What the reader was asked for.</summary>
    public string Expected { get; }

    /// <summary>What the bytes hold instead.</summary>
    public string Found { get; }

    /// <summary>Where the refused value starts, counted from the reader's first byte.</summary>
    public int Offset { get; }
}
