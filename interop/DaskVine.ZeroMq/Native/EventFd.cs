using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.ZeroMq;

/// <summary>A Linux eventfd: a descriptor that any thread can make readable.</summary>
internal sealed unsafe partial class EventFd : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private readonly SafeFileHandle _handle;
    private int _signalled;

    internal EventFd()
    {
        _handle = Create(0, CloseOnExec | NonBlocking);
        if (_handle.IsInvalid) throw Failure("eventfd");
    }

    internal int FileDescriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Makes the descriptor readable; signals between two drains cost one system call.</summary>
    internal void Signal()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (Interlocked.Exchange(ref _signalled, 1) != 0) return;
        ulong one = 1;
        while (Write(_handle, &one, sizeof(ulong)) < 0) ThrowUnlessInterrupted("write");
    }

    internal void Drain()
    {
        ulong count;
        while (Read(_handle, &count, sizeof(ulong)) < 0) ThrowUnlessInterrupted("read");

        // After the read: a signal in between is seen by whoever looks once this returns; the other order would lose later ones.
        Interlocked.Exchange(ref _signalled, 0);
    }

    public void Dispose() => _handle.Dispose();

    private static void ThrowUnlessInterrupted(string call)
    {
        if (ZmqException.LastError != ZmqError.Interrupted) throw Failure(call);
    }

    private static IOException Failure(string call) =>
        new($"{call} on an eventfd failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFileHandle Create(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, ulong* value, nuint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ulong* value, nuint size);
}
