using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>What is at a path.</summary>
public enum FileType
{
    /// <summary>Nothing, or it cannot be seen.</summary>
    None,

    File,

    Directory,

    Symlink,

    /// <summary>A pipe, socket or device: opening it can wait for ever.</summary>
    Special,
}

/// <summary>statx(2), as far as the runtime does not tell.</summary>
public static unsafe partial class FileTypes
{
    /// <param name="path">Of which a symbolic link at its end is not followed.</param>
    public static FileType Of(string path)
    {
        const int currentDirectory = -100;
        const int noFollow = 0x100;
        const uint type = 1;
        const int modeAt = 28;
        var found = stackalloc byte[256];
        if (Native(currentDirectory, path, noFollow, type, found) != 0)
            return FileType.None;
        return (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(found + modeAt, 2)) & 0xf000) switch
        {
            0x8000 => FileType.File,
            0x4000 => FileType.Directory,
            0xa000 => FileType.Symlink,
            _ => FileType.Special,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Native(int directory, string path, int flags, uint mask, byte* found);
}
