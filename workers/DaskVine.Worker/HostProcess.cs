using System.ComponentModel;
using System.Diagnostics;

namespace DaskVine.Worker;

/// <summary>A Python process that ends when its standard input does.</summary>
internal sealed class HostProcess : IDisposable
{
    private const long KeptArrayBytes = 32 << 20;
    private const long KeptFreeBytes = 128 << 20;

    // The shell only sends the output to the log, then becomes the interpreter; unless something of the user's comes before that.
    private const string Script = "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1";
    private const string Redirected = "log=$1; shift; exec >>\"$log\" 2>&1\n";
    private const int CannotStart = 126;
    private const int FirstSignalStatus = 128;

    private readonly Process? _process;

    /// <param name="options">Which interpreter, unless the place has another.</param>
    /// <param name="place">Where it runs, and in what.</param>
    /// <param name="logs">The directory where processes that run calls find their logs.</param>
    /// <param name="log">Where its output goes until then.</param>
    /// <param name="loop">Runs <paramref name="exited"/>.</param>
    /// <param name="exited">Told the exit code or negated signal.</param>
    /// <param name="arguments">Of <c>daskvine.host</c>.</param>
    public HostProcess(
        WorkerOptions options, HostPlace place, string logs, string log, EventLoop loop, Action<int> exited, params ReadOnlySpan<string> arguments)
    {
        var script = place.Command.Length == 0 ? Script : $"{Redirected}{place.Command} \"$@\"";
        string[] interpreter = place.Interpreter ?? [options.Python];
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, "daskvine-host", log, .. interpreter, .. ProgramOf(options), .. arguments])
        {
            WorkingDirectory = place.Directory,
            RedirectStandardInput = true,
        };
        start.Environment["DASKVINE_LOGS"] = logs;
        // Tasks that part rows by hash(), as Dask's bags do, must agree wherever they run.
        start.Environment.TryAdd("PYTHONHASHSEED", "0");
        // Arrays that one task frees are what the next one needs: given back to the system, every page of them is cleared anew.
        start.Environment.TryAdd("MALLOC_MMAP_THRESHOLD_", $"{KeptArrayBytes}");
        start.Environment.TryAdd("MALLOC_TRIM_THRESHOLD_", $"{KeptFreeBytes}");
        if (place.Interpreter is not null)
        {
            // Another Python has its own packages, and is to take none of this one's for them.
            start.Environment["DASKVINE_FOREIGN_PATH"] = Environment.GetEnvironmentVariable("DASKVINE_SYS_PATH");
            start.Environment.Remove("DASKVINE_SYS_PATH");
            start.Environment["PYTHONPATH"] = options.HostPackageDirectory;
        }
        else if (options.HostPackageDirectory is { } package)
            start.Environment["PYTHONPATH"] = Prepend(package, Environment.GetEnvironmentVariable("PYTHONPATH"));
        foreach (var (name, value) in place.Variables)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => loop.Post(() => exited(Status(process)));
        try
        {
            process.Start();
            _process = process;
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            Tell(log, $"{options.Python} could not be started in {place.Directory}: {e.Message}\n");
            loop.Post(() => exited(CannotStart));
        }
    }

    public static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    /// <summary>Asks it to end, by closing its standard input.</summary>
    public void CloseInput() => _process?.StandardInput.Close();

    public void Kill()
    {
        if (_process is not { HasExited: false } process)
            return;
        // What a command in front of it has started ends with its input.
        process.StandardInput.Close();
        process.Kill();
    }

    /// <summary>Waits for its end, and kills it when that takes too long.</summary>
    public void End(TimeSpan patience)
    {
        if (_process is null || _process.WaitForExit(patience))
            return;
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose() => _process?.Dispose();

    private static void Tell(string log, string text)
    {
        try
        {
            File.AppendAllText(log, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its log is where a disk is full, or gone.
            Console.Error.Write($"worker: {text}");
        }
    }

    private static int Status(Process process) =>
        process.ExitCode > FirstSignalStatus ? FirstSignalStatus - process.ExitCode : process.ExitCode;

    // By its path where that is known: looking for a module to run takes 7 ms.
    private static string[] ProgramOf(WorkerOptions options) =>
        options.HostPackageDirectory is { } package ? [Path.Combine(package, "daskvine", "host", "__main__.py")] : ["-m", "daskvine.host"];

    private static string Prepend(string first, string? rest) => string.IsNullOrEmpty(rest) ? first : $"{first}:{rest}";
}
