using System.Text;

namespace DaskVine.Security;

/// <summary>Files that only their owner may read, in a directory that only its owner may enter.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // No file of keys comes near it.
    private const long MaxBytes = 4 << 20;

    /// <exception cref="KeysException">Others may look into the one that is there, or it cannot be made.</exception>
    public static void MakeDirectory(string path) => Guard(path, "make", () =>
    {
        if (Directory.Exists(path))
            CheckDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    });

    /// <exception cref="KeysException">It is absent, or others may enter it.</exception>
    public static void CheckDirectory(string path)
    {
        if (!Directory.Exists(path))
            throw new KeysException($"there is no directory of keys at {path}; make one with 'daskvine keys {path}'");
        if ((File.GetUnixFileMode(path) & Others) != 0)
            throw new KeysException($"others may look into {path}, which is to hold keys; make it private: chmod 700 {path}");
    }

    /// <summary>Writes a file that must not be there yet.</summary>
    /// <exception cref="KeysException">It is there, or cannot be written.</exception>
    public static void Create(string path, string text) => Guard(path, "write", () =>
    {
        if (File.Exists(path))
            throw new KeysException($"{path} exists, and keys are never overwritten; choose another directory or name, or remove it");
        Write(path, FileMode.CreateNew, text);
    });

    /// <summary>Replaces a file; a reader sees the old text or the new, never a part.</summary>
    /// <exception cref="KeysException">It cannot be written.</exception>
    public static void Replace(string path, string text) => Guard(path, "write", () =>
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        Write(draft, FileMode.CreateNew, text);
        File.Move(draft, path, overwrite: true);
    });

    /// <exception cref="KeysException">It is absent, or others may read it.</exception>
    public static string Read(string path, string purpose)
    {
        if (!File.Exists(path))
            throw new KeysException($"{path} is missing: it is {purpose}");
        return Guard(path, "read", () =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                throw new KeysException($"others may read or change {path}; make it private: chmod 600 {path}");
            if (file.Length > MaxBytes)
                throw new KeysException($"{path} has {file.Length} bytes, which is no file of keys");
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd();
        });
    }

    private static void Write(string path, FileMode mode, string text)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = mode, Access = FileAccess.Write, UnixCreateMode = Owner });
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void Guard(string path, string attempt, Action step) => Guard(path, attempt, () =>
    {
        step();
        return true;
    });

    private static T Guard<T>(string path, string attempt, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeysException($"cannot {attempt} {path}: {e.Message}", e);
        }
    }
}
