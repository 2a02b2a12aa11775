using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>Whether files are as long as they should be.</summary>
internal static class FileLengths
{
    /// <summary>Bytes of a file, or where a link leads to; null when there is none, and for a directory.</summary>
    public static long? Of(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Bytes of a file, or of all files in a directory.</summary>
    /// <exception cref="IOException">There is neither.</exception>
    public static long OfAll(string path) =>
        Directory.Exists(path) ? FileTree.Size(path) : Of(path) ?? throw new FileNotFoundException($"{path} is not there, or cannot be read");

    /// <summary>Why a file is not as it should be; null when it is. Of a directory only its being there is looked at.</summary>
    public static string? Problem(string path, long size)
    {
        if (Directory.Exists(path))
            return null;
        return Of(path) is not { } length ? "it is gone from the worker's cache, or cannot be read there"
            : length != size ? $"it has {length} bytes in the worker's cache instead of {size}"
            : null;
    }
}
