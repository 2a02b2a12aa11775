namespace DaskVine.Worker;

/// <summary>
/// A worker's own place for sockets, logs and, mostly, its cache, for this user alone, removed at the end. It is locked as long as the
/// worker lives, so that the next one can tell what a killed one has left behind, and remove it.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    // A Unix socket's path has at most 107 bytes; the directory's name and the names in it take some of them.
    private const int MaxParentLength = 64;
    private const string LockName = "lock";

    private readonly FileStream _lock;
    private int _fresh;

    /// <param name="wanted">Where to make it if the path is short enough for sockets; null for a temporary place.</param>
    public RunDirectory(string? wanted)
    {
        string?[] parents = [wanted, System.IO.Path.GetTempPath()];
        var parent = Array.Find(parents, parent => parent?.Length <= MaxParentLength) ?? "/tmp";
        if (Directory.Exists(parent))
            RemoveLeftBehind(parent);
        Path = Create(parent);
        _lock = TakeLock(Path);
        Directory.CreateDirectory(Logs);
    }

    public string Path { get; }

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string Uploads => System.IO.Path.Combine(Path, "uploads");

    /// <summary>A path in it that nobody had before.</summary>
    public string Fresh(string name) => System.IO.Path.Combine(Path, $"{name}-{Interlocked.Increment(ref _fresh)}");

    public string Socket(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a fresh directory of a name that nobody else has, readable by this user alone.</summary>
    public static string Create(string parent)
    {
        var path = System.IO.Path.Combine(parent, $"daskvine-{Guid.NewGuid().ToString("N")[..12]}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Deletes a directory and all in it; says so when something that a task left there cannot be deleted.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"worker: {path} stays behind: {e.Message}");
        }
    }

    public void Dispose()
    {
        Remove(Path);
        _lock.Dispose();
    }

    private static void RemoveLeftBehind(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, "daskvine-*"))
        {
            try
            {
                using var held = Lock(path, LockName, FileMode.Open);
                Remove(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its worker lives, it is another user's, or it is no worker's: not ours to remove.
            }
        }
    }

    // The system lets go of it when the process ends, however it ends.
    private static FileStream Lock(string path, string name, FileMode mode) =>
        new(System.IO.Path.Combine(path, name), mode, FileAccess.ReadWrite, FileShare.None);

    // Locked before it has its name: another worker that starts now would take one that is not for a killed worker's.
    private static FileStream TakeLock(string path)
    {
        const string newName = "lock-new";
        var taken = Lock(path, newName, FileMode.CreateNew);
        File.Move(System.IO.Path.Combine(path, newName), System.IO.Path.Combine(path, LockName));
        return taken;
    }
}
