namespace DaskVine.Transfers;

/// <summary>The other side is gone, was stopped from here, or has stalled; never an error of a file.</summary>
internal sealed class ConnectionLostException(string message, Exception? cause = null) : IOException(message, cause);
