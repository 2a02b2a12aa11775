namespace DaskVine.Worker;

/// <summary>The worker cannot start or go on; the message is one sentence for the user.</summary>
public sealed class WorkerException : Exception
{
    public WorkerException(string message)
        : base(message)
    {
    }

    public WorkerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
