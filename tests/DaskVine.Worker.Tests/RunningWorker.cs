namespace DaskVine.Worker.Tests;

/// <summary>A worker on a thread of the test's process, with real hosts.</summary>
internal sealed class RunningWorker : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _output = new();
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
            () => WorkerProcess.Run(options, _output, _stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Output => _output.ToString();

    public string CacheParent => _directory.Path;

    public void Cancel() => _stop.Cancel();

    public async Task<int> ExitCode() => await _run.WaitAsync(TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        _stop.Cancel();
        _run.Wait(TimeSpan.FromSeconds(30));
        _stop.Dispose();
        _output.Dispose();
        _directory.Dispose();
    }

    private static string PackageDirectory()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "DaskVine.sln")))
            root = root.Parent ?? throw new InvalidOperationException("the tests run outside of the checkout");
        return Path.Combine(root.FullName, "interop", "python");
    }
}
