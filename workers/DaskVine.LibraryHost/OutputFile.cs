namespace DaskVine.LibraryHost;

/// <summary>Files of large results.</summary>
internal static class OutputFile
{
    /// <summary>Writes a value, under its name only when it is whole.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left of it.</exception>
    public static void Write(string path, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var part = $"{path}.part";
        try
        {
            using (var file = new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                RandomAccess.Write(file.SafeFileHandle, pieces, 0);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
