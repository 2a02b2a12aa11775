using System.Net.Sockets;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>The process around <see cref="WorkerState.WorkerCore"/>.</summary>
public sealed class WorkerProcess : IDisposable
{
    private readonly RunDirectory _directory;
    private readonly WorkerRun _run;

    /// <param name="options">What to work for, and with.</param>
    /// <param name="ready">Called once, when a manager has welcomed this worker.</param>
    /// <exception cref="WorkerException">Its directory cannot be made.</exception>
    public WorkerProcess(WorkerOptions options, Action ready)
    {
        options = Rooted(options);
        _directory = Guard(() => new RunDirectory(options.CacheDirectory));
        try
        {
            _run = Guard(() => new WorkerRun(options, _directory, ready));
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>Works until <see cref="Stop"/> or until the manager says so.</summary>
    /// <exception cref="WorkerException">No manager was found, it refused this worker, or the machine does not let it work.</exception>
    public void Run()
    {
        if (Guard(_run.Serve) is { } failure)
            throw new WorkerException(failure);
    }

    /// <summary>Makes <see cref="Run"/> return; may be called on any thread.</summary>
    /// <param name="reason">Told to the manager.</param>
    public void Stop(string reason) => _run.Stop(reason);

    public void Dispose()
    {
        _run.Dispose();
        _directory.Dispose();
    }

    // Host processes run in other directories than this one.
    private static WorkerOptions Rooted(WorkerOptions options) => options with
    {
        CacheDirectory = options.CacheDirectory is { } cache ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(cache)) : null,
        HostPackageDirectory = options.HostPackageDirectory is { } package ? Path.GetFullPath(package) : null,
        Python = options.Python.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(options.Python) : options.Python,
    };

    private static T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or ZmqException or ZmqNotFoundException
            or KeysException)
        {
            throw new WorkerException(e.Message, e);
        }
    }
}
