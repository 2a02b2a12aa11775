namespace DaskVine.Security;

/// <summary>Keys are missing, malformed, open to others, or there already; the message says which file and what to do.</summary>
public sealed class KeysException : Exception
{
    public KeysException(string message)
        : base(message)
    {
    }

    public KeysException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
