using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>The process around <see cref="WorkerState.WorkerCore"/>.</summary>
public static class WorkerProcess
{
    /// <summary>
    /// Works for a manager until it is told to stop by the manager, by a signal, by the end of standard input if asked for,
    /// or by <paramref name="stop"/>. Returns the exit code: 0, or 1 with the reason on standard output and standard error.
    /// </summary>
    public static int Run(WorkerOptions options, CancellationToken stop) => Run(options, Console.Out, stop);

    internal static int Run(WorkerOptions options, TextWriter output, CancellationToken stop)
    {
        options = Rooted(options);
        try
        {
            using var directory = new RunDirectory(options.CacheDirectory);
            using var run = new WorkerRun(options, directory, output);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(run, context));
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(run, context));
            using var cancelled = stop.Register(() => run.Stop("it was told to"));
            if (options.ExitWithStandardInput)
                WatchStandardInput(run);
            return run.Serve() is { } failure ? Fail(output, failure) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or ZmqException or ZmqNotFoundException)
        {
            return Fail(output, e.Message);
        }
    }

    /// <summary>Says a line on standard output for the process that started this one.</summary>
    internal static void Announce(TextWriter output, JsonObject line)
    {
        output.WriteLine(line.ToJsonString());
        output.Flush();
    }

    // Host processes run in other directories than this one.
    private static WorkerOptions Rooted(WorkerOptions options) => options with
    {
        CacheDirectory = options.CacheDirectory is { } cache ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(cache)) : null,
        HostPackageDirectory = options.HostPackageDirectory is { } package ? Path.GetFullPath(package) : null,
        Python = options.Python.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(options.Python) : options.Python,
    };

    private static int Fail(TextWriter output, string message)
    {
        Announce(output, new JsonObject { ["event"] = "error", ["message"] = message });
        Console.Error.WriteLine($"worker: {message}");
        return 1;
    }

    private static void OnSignal(WorkerRun run, PosixSignalContext context)
    {
        context.Cancel = true;
        run.Stop($"{context.Signal} came");
    }

    private static void WatchStandardInput(WorkerRun run) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var nothing = new byte[256];
        while (input.Read(nothing) > 0)
        {
            // Nothing is said here; only the end counts.
        }

        run.Stop("its standard input ended");
    })
    {
        IsBackground = true,
        Name = "standard input",
    }.Start();
}
