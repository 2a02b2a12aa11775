namespace DaskVine.Transfers;

/// <summary>Tells errors of the receiving file system from those of the connection.</summary>
internal static class Storing
{
    /// <exception cref="TransferException">It cannot be stored.</exception>
    public static T Do<T>(string path, Func<T> store)
    {
        try
        {
            return store();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new TransferException(TransferFailureKind.CannotStore, $"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <exception cref="TransferException">It cannot be stored.</exception>
    public static void Do(string path, Action store) => Do(path, () =>
    {
        store();
        return true;
    });
}
