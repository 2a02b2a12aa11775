namespace DaskVine.Manager;

/// <summary>The file of a Unix socket of ours.</summary>
internal static class SocketFile
{
    /// <summary>Deletes it at the end, also when somebody has removed its directory before.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with the directory, say with that of a client that has ended.
        }
    }
}
