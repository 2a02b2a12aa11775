namespace DaskVine.Worker.Tests;

/// <summary>A worker on a thread of the test's process, with real hosts.</summary>
internal sealed class RunningWorker : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _run;

    public RunningWorker(FakeManager manager, Func<WorkerOptions, WorkerOptions>? change = null)
    {
        var options = new WorkerOptions
        {
            ManagerAddress = manager.Address,
            Name = "w1",
            Cores = 1,
            CacheDirectory = _directory.Path,
            Python = "/usr/bin/python3",
            HostPackageDirectory = PackageDirectory(),
        };
        options = change?.Invoke(options) ?? options;
        _run = Task.Factory.StartNew(
            () => Run(options), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>How often it said that it is ready.</summary>
    public int ReadyCount { get; private set; }

    /// <summary>Why it could not go on, once it has ended.</summary>
    public string Failure { get; private set; } = "";

    public string CacheParent => _directory.Path;

    public void Cancel() => _stop.Cancel();

    public async Task<int> ExitCode() => await _run.WaitAsync(TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        _stop.Cancel();
        _run.Wait(TimeSpan.FromSeconds(30));
        _stop.Dispose();
        _directory.Dispose();
    }

    private int Run(WorkerOptions options)
    {
        try
        {
            using var worker = new WorkerProcess(options, () => ReadyCount++);
            using var stop = _stop.Token.Register(() => worker.Stop("the test says so"));
            worker.Run();
            return 0;
        }
        catch (WorkerException e)
        {
            Failure = e.Message;
            return 1;
        }
    }

    private static string PackageDirectory()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "DaskVine.sln")))
            root = root.Parent ?? throw new InvalidOperationException("the tests run outside of the checkout");
        return Path.Combine(root.FullName, "interop", "python");
    }
}
