using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.ZeroMq;

/// <summary>sendfile(2): moves bytes of a file into a socket without a copy in this process.</summary>
public static unsafe partial class SendFile
{
    private const int Interrupted = 4;

    /// <summary>Sends part of a file; opens no descriptor of its own.</summary>
    /// <param name="socket">A stream socket that blocks; its send timeout bounds the wait.</param>
    /// <param name="file">Open for reading.</param>
    /// <param name="offset">Where to begin in the file; its own position is neither used nor moved.</param>
    /// <param name="count">At most so many bytes.</param>
    /// <returns>Bytes sent, fewer than asked for when the kernel stops early; 0 at the end of the file.</returns>
    /// <exception cref="IOException">The connection is gone, stalled for longer than its send timeout, or the file cannot be read.</exception>
    public static long Send(SafeHandle socket, SafeFileHandle file, long offset, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        while (true)
        {
            var sent = Native(socket, file, &offset, (nuint)count);
            if (sent >= 0)
                return sent;
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new IOException($"sendfile failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint Native(SafeHandle socket, SafeFileHandle file, long* offset, nuint count);
}
