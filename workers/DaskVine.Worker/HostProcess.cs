using System.Collections;
using System.IO.Pipes;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>A Python process that ends when its standard input does.</summary>
internal sealed class HostProcess : IDisposable
{
    private const long KeptArrayBytes = 32 << 20;
    private const long KeptFreeBytes = 128 << 20;

    private const int CannotStart = 126;

    // Of a thread that only waits.
    private const int StackBytes = 256 << 10;

    private readonly SessionProcess? _process;
    private readonly Thread? _wait;
    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out, HandleInheritability.None);

    // Null until it is reaped, by the thread that may kill it: nobody else gets its number before.
    private int? _status;

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
        string[] interpreter = [.. place.Program ?? [.. place.Interpreter ?? [options.Python], .. ProgramOf(options)], .. arguments];
        // A shell only where something of the user's comes before the interpreter.
        string[] command = place.Command.Length == 0 ? interpreter : ["/bin/sh", "-c", $"{place.Command} \"$@\"", "daskvine-host", .. interpreter];
        try
        {
            _process = SessionProcess.Start(command, EnvironmentOf(options, place, logs), _input.ClientSafePipeHandle, log, place.Directory);
        }
        catch (IOException e)
        {
            Tell(log, $"{options.Python} could not be started in {place.Directory}: {e.Message}\n");
            loop.Post(() => exited(CannotStart));
            return;
        }
        finally
        {
            _input.DisposeLocalCopyOfClientHandle();
        }

        _wait = new Thread(() => AwaitEnd(_process, loop, exited), StackBytes) { IsBackground = true, Name = "host process" };
        _wait.Start();
    }

    public static void Kill(int processId) => SessionProcess.KillProcess(processId);

    /// <summary>Asks it to end, by closing its standard input.</summary>
    public void CloseInput() => _input.Dispose();

    public void Kill()
    {
        if (_process is null || _status is not null)
            return;
        // What a command in front of it has started ends with its input.
        CloseInput();
        SessionProcess.KillProcess(_process.Id);
    }

    /// <summary>Waits for its end, and kills it when that takes too long.</summary>
    public void End(TimeSpan patience)
    {
        if (_wait is null)
            return;
        if (!_wait.Join(patience))
        {
            Kill();
            _wait.Join();
        }

        Reap();
    }

    /// <summary>To be called when it has ended, or is to be left alone.</summary>
    public void Dispose() => CloseInput();

    private void AwaitEnd(SessionProcess process, EventLoop loop, Action<int> exited)
    {
        process.AwaitEnd();
        loop.Post(() => exited(Reap()));
    }

    // Whoever else may have reaped it has its status too.
    private int Reap() => _status ??= _process!.Reap()?.Status ?? 0;

    private static IEnumerable<string> EnvironmentOf(WorkerOptions options, HostPlace place, string logs)
    {
        var variables = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value;
        variables["PWD"] = Path.GetFullPath(place.Directory);
        variables["DASKVINE_LOGS"] = logs;
        variables["DASKVINE_BYTECODE"] = Path.Combine(Path.GetDirectoryName(logs)!, "bytecode");
        // Tasks that part rows by hash(), as Dask's bags do, must agree wherever they run.
        variables.TryAdd("PYTHONHASHSEED", "0");
        // Arrays that one task frees are what the next one needs: given back to the system, every page of them is cleared anew.
        variables.TryAdd("MALLOC_MMAP_THRESHOLD_", $"{KeptArrayBytes}");
        variables.TryAdd("MALLOC_TRIM_THRESHOLD_", $"{KeptFreeBytes}");
        if (place.Interpreter is not null)
        {
            // Another Python has its own packages, and is to take none of this one's for them.
            variables["DASKVINE_FOREIGN_PATH"] = variables.GetValueOrDefault("DASKVINE_SYS_PATH");
            variables["DASKVINE_SYS_PATH"] = null;
            variables["PYTHONPATH"] = options.HostPackageDirectory;
        }
        else if (options.HostPackageDirectory is { } package)
            variables["PYTHONPATH"] = Prepend(package, variables.GetValueOrDefault("PYTHONPATH"));
        foreach (var (name, value) in place.Variables)
            variables[name] = value;
        return variables.Where(variable => variable.Value is not null).Select(variable => $"{variable.Key}={variable.Value}");
    }

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

    // By its path where that is known: looking for a module to run takes 7 ms.
    private static string[] ProgramOf(WorkerOptions options) =>
        options.HostPackageDirectory is { } package ? [Path.Combine(package, "daskvine", "host", "__main__.py")] : ["-m", "daskvine.host"];

    private static string Prepend(string first, string? rest) => string.IsNullOrEmpty(rest) ? first : $"{first}:{rest}";
}
