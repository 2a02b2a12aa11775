namespace DaskVine.Manager;

/// <summary>The manager cannot start or go on; the message is one sentence for the user.</summary>
public sealed class ManagerException : Exception
{
    public ManagerException(string message)
        : base(message)
    {
    }

    public ManagerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
