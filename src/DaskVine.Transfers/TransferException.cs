namespace DaskVine.Transfers;

/// <summary>A transfer failed; the message names the source and says why.</summary>
public sealed class TransferException : Exception
{
    public TransferException(TransferFailureKind kind, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
    }

    public TransferFailureKind Kind { get; }
}
