namespace DaskVine.Protocol;

/// <summary>Bytes from the other side that break the protocol. The link they came by is to be refused, never the process ended.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Says what was wrong, in a sentence that can be sent back to the peer.</summary>
    public ProtocolException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="ProtocolException(string)"/>
    public ProtocolException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
