using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>libzmq refused a call; the message says what was being done, on which endpoint, and why not.</summary>
public sealed class ZmqException : Exception
{
    internal ZmqException(ZmqError error, string attempt)
        : base($"ZeroMQ could not {attempt}: {Describe(error)}.") => Error = error;

    /// <summary>The reason, to branch on.</summary>
    public ZmqError Error { get; }

    internal static ZmqError LastError => (ZmqError)Marshal.GetLastPInvokeError();

    /// <summary>The exception for the call that has just failed on this thread.</summary>
    internal static ZmqException Last(string attempt) => new(LastError, attempt);

    private static string Describe(ZmqError error) =>
        Marshal.PtrToStringUTF8(NativeZmq.ErrorText((int)error)) ?? error.ToString();
}
