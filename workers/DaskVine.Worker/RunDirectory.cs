namespace DaskVine.Worker;

/// <summary>A worker's own place for sockets and logs, for this user alone, removed at the end.</summary>
internal sealed class RunDirectory : IDisposable
{
    // A Unix socket's path has at most 107 bytes; names in here take some of them.
    private const int MaxPathLength = 80;

    public RunDirectory()
    {
        Path = Create(System.IO.Path.GetTempPath().Length <= MaxPathLength - 32 ? System.IO.Path.GetTempPath() : "/tmp");
    }

    public string Path { get; }

    public string LibraryLog => System.IO.Path.Combine(Path, "library.log");

    public string Socket(string name) => System.IO.Path.Combine(Path, name);

    public string TaskLog(int number) => System.IO.Path.Combine(Path, $"task-{number}.log");

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

    public void Dispose() => Remove(Path);
}
