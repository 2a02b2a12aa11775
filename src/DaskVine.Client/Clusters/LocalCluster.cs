using System.Security.Cryptography;
using System.Text;
using DaskVine.Protocol.Door;

namespace DaskVine.Client;

/// <summary>A manager and workers as child processes, in a directory for this user alone. They end with this process.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    // A Unix socket's path has 107 bytes, and the longest name below the directory takes some of them.
    private const int DirectoryBytesMax = 60;
    private const double MemoryForTasks = 0.8;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(1);

    private readonly string _directory;
    private readonly List<ClusterProcess> _workers = [];
    private ClusterProcess? _manager;
    private int _ended;

    private LocalCluster(string directory)
    {
        _directory = directory;
        Address = DoorAddress.Parse($"ipc://{directory}/door");
    }

    public DoorAddress Address { get; }

    public int ManagerId => _manager!.Id;

    public IReadOnlyList<int> WorkerIds => [.. _workers.Select(worker => worker.Id)];

    /// <summary>Starts all; nothing is waited for.</summary>
    /// <exception cref="VineException">The program is not there, or cannot be started.</exception>
    public static async Task<LocalCluster> StartAsync(int workers, int cores, string? python)
    {
        var program = DaskVineProgram.Find();
        var cluster = new LocalCluster(MakeDirectory());
        try
        {
            cluster._manager = new ClusterProcess(
                [program, "manager", "--listen", cluster.Address.ToString(), "--run-dir", cluster._directory, "--exit-with-stdin"],
                "the manager", $"{cluster._directory}/manager.log");
            for (var number = 1; number <= workers; number++)
                cluster._workers.Add(cluster.StartWorker(program, $"w{number}", workers, cores, python));
            return cluster;
        }
        catch (IOException e)
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw new VineException($"a cluster cannot be started: {e.Message}", e);
        }
    }

    /// <summary>Throws when the manager cannot come up any more.</summary>
    public void CheckStarting()
    {
        if (_manager!.Ended.IsCompleted)
            throw new ManagerUnreachableException($"the manager did not start: {_manager.HowItEnded()}");
    }

    /// <summary>After its door closed.</summary>
    public string HowManagerEnded()
    {
        _manager!.Ended.Wait(StatusPatience);
        return _manager.HowItEnded();
    }

    /// <summary>Ends with the last worker; how it ended. Never while one lives.</summary>
    public async Task<string> AllWorkersEndedAsync()
    {
        if (_workers.Count == 0)
            await Task.Delay(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await Task.WhenAll(_workers.Select(worker => worker.Ended)).ConfigureAwait(false);
        return string.Join('\n', _workers.Select(worker => worker.HowItEnded()));
    }

    /// <summary>Ends all processes and removes the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        List<ClusterProcess> all = _manager is null ? _workers : [.. _workers, _manager];
        foreach (var process in all)
            process.Dispose();
        await Task.WhenAll(all.Select(process => process.EndAsync(EndPatience))).ConfigureAwait(false);
        // The manager removes it too, unless it was killed.
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private ClusterProcess StartWorker(string program, string name, int workers, int cores, string? python)
    {
        var memory = (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * MemoryForTasks / workers);
        List<string> arguments =
        [
            program, "worker", Address.ToString(), "--cores", $"{cores}", "--worker-name", name, "--cache-dir", $"{_directory}/{name}",
            "--exit-with-stdin", "--memory", $"{memory}",
        ];
        if (python is not null)
            arguments.AddRange(["--python", python]);
        return new ClusterProcess(arguments, $"worker {name}", $"{_directory}/{name}.log");
    }

    private static string MakeDirectory()
    {
        var parent = Path.GetTempPath();
        if (Encoding.UTF8.GetByteCount(parent) > DirectoryBytesMax)
            parent = "/tmp";
        var path = Path.Combine(parent, $"daskvine-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VineException($"no directory for the cluster in {parent}: {e.Message}", e);
        }
    }
}
