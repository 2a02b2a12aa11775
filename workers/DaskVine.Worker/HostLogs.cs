using System.Text;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>
/// The logs of host processes. Those that run calls open their own by these names (host/output.py), append to them, and begin them anew
/// when they have become too long; the library's has what its interpreter says.
/// </summary>
internal sealed class HostLogs(string directory)
{
    private const int MaxLibraryLog = 16 << 20;
    private const int ReadBytes = 16 << 10;
    private const int TailLength = 4096;
    private const int TailLines = 20;

    // How Python and .NET begin to tell of a crash; what follows is the stack, innermost frame first.
    private static readonly string[] s_crashes = ["Fatal Python error", "Unhandled exception.", "Stack overflow.", "Process terminated."];

    // Where each error log ended when its process had nothing to run.
    private readonly Dictionary<HostId, long> _marks = [];

    // Where the log of each library ended when it was started.
    private readonly Dictionary<int, long> _starts = [];

    public string Directory { get; } = directory;

    /// <summary>What the process of a library says; that of the worker's own is number 0.</summary>
    public string Library(int library) => Path.Combine(Directory, library == 0 ? "library.log" : $"library-{library}.log");

    public string ErrorsOf(HostId host) => Path.Combine(Directory, $"{(host.Role == HostRole.Child ? "slot" : "task")}-{host.Slot}.err");

    /// <summary>What a process writes from now on is of its next call.</summary>
    public void Mark(HostId host) => _marks[host] = Length(ErrorsOf(host));

    /// <summary>The last lines that a process wrote to standard error since its mark; empty when there are none.</summary>
    public string TailOf(HostId host) => Tail(ErrorsOf(host), _marks.GetValueOrDefault(host));

    /// <summary>The last lines that the process of a library wrote since it was started.</summary>
    public string TailOfLibrary(int library) => Tail(Library(library), _starts.GetValueOrDefault(library));

    /// <summary>To be called while that library does not run: what its log gets from now on is of its next process.</summary>
    public void BeginLibrary(int library)
    {
        if (Length(Library(library)) > MaxLibraryLog)
            File.Delete(Library(library));
        _starts[library] = Length(Library(library));
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private static string Tail(string path, long from)
    {
        string text;
        try
        {
            text = ReadEnd(path, from);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process came to nothing before it had a log, or the log went with the run directory.
            return "";
        }

        // The frames of the host itself are the same for every call.
        string[] lines = [.. text.Split('\n').Where(line => !IsNoise(line))];
        var crash = Array.FindLastIndex(lines, line => Array.Exists(s_crashes, crash => line.StartsWith(crash, StringComparison.Ordinal)));
        var first = Math.Max(0, lines.Length - TailLines);
        var tail = string.Join('\n', lines.Skip(crash >= 0 ? Math.Min(crash, first) : first).Take(TailLines)).TrimEnd();
        if (tail.Length <= TailLength)
            return tail;
        return crash >= 0 ? tail[..TailLength] : tail[^TailLength..];
    }

    private static string ReadEnd(string path, long from)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // It has begun anew since.
        if (from > file.Length)
            from = 0;
        file.Seek(Math.Max(from, file.Length - ReadBytes), SeekOrigin.Begin);
        var bytes = new byte[ReadBytes];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, ReadBytes, throwOnEndOfStream: false)).TrimEnd();
    }

    private static bool IsNoise(string line) => line.StartsWith("Extension modules:", StringComparison.Ordinal)
        || (line.StartsWith("  File \"", StringComparison.Ordinal)
            && (line.Contains("/daskvine/host", StringComparison.Ordinal) || line.Contains("<frozen runpy>", StringComparison.Ordinal)));
}
