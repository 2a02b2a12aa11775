using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>link(2): a second name for a file of the same file system.</summary>
public static partial class HardLink
{
    private const int Interrupted = 4;

    /// <summary>Gives a file a second name. A symbolic link is linked itself, not what it points to.</summary>
    /// <param name="existing">The file.</param>
    /// <param name="path">Its new name, which must not exist.</param>
    /// <param name="why">Why it failed: another file system, no such file, not permitted, …</param>
    public static bool TryCreate(string existing, string path, [NotNullWhen(false)] out string? why)
    {
        why = null;
        while (Native(existing, path) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            why = $"{existing} cannot be linked as {path}: {Marshal.GetPInvokeErrorMessage(error)}";
            return false;
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Native(string existing, string path);
}
