using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.ZeroMq;

/// <summary>open(2) for files that another process writes: the runtime would lock them, and so be in the way of whoever locks them.</summary>
public static partial class UnlockedFile
{
    /// <summary>Opens a file for reading, waiting for nobody; null when it is not there or must not be read.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        const int readOnly = 0;
        const int nonBlocking = 0x800;
        const int closeOnExec = 0x80000;
        var descriptor = Native(path, readOnly | nonBlocking | closeOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Native(string path, int flags);
}
