using System.CommandLine;
using DaskVine.Manager;
using DaskVine.Protocol.Door;
using DaskVine.Security;
using DaskVine.Worker;

namespace DaskVine.Cli;

/// <summary><c>daskvine worker</c></summary>
internal static class WorkerCommand
{
    // About three years: more than anybody waits, less than overflows.
    private const double MaxConnectTimeout = 1e8;
    private const string HardLinksVariable = "DASKVINE_HARD_LINKS";

    private static readonly Argument<string?> Address = new("address")
    {
        Description = "Address of the manager: ipc:///path or tcp://host:port",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> ManagerName = new("--name") { Description = "Name of the manager, in place of its address" };
    private static readonly Option<string?> WorkerName = new("--worker-name") { Description = "Name of this worker, for people" };
    private static readonly Option<int> Cores = new("--cores")
    {
        Description = "Tasks to run at once",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<string[]> Resources = new("--resources")
    {
        Description = "What tasks that ask for it may take of this worker beside cores: NAME=NUMBER, as in GPU=2,disk=0.5 (repeatable)",
    };

    private static readonly Option<string?> CacheDirectory = new("--cache-dir") { Description = "Where files are kept; removed at the end, but for what is to be kept for ever (daskvine-forever)" };
    private static readonly Option<string> Python = new("--python")
    {
        Description = "Interpreter that tasks run in",
        DefaultValueFactory = _ => "python3",
    };

    private static readonly Option<string?> HostPackage = new("--host-package")
    {
        Description = "Directory with the Python package 'daskvine' (default: that of this checkout, if there is one)",
    };

    private static readonly Option<string?> Disk = new("--disk")
    {
        Description = "Bytes that the cache may hold, as in 10G (default: no limit); what was not used for longest goes first",
    };

    private static readonly Option<string?> Memory = new("--memory")
    {
        Description = "Bytes that tasks may use together, as in 4G (default: 80 % of the machine's); 0 for no limit",
    };

    private static readonly Option<string?> MemoryCache = new("--memory-cache")
    {
        Description = "Bytes of files to keep in memory (/dev/shm) rather than on disk, as in 4G (default: none)",
    };

    private static readonly Option<string> TransferPort = new("--transfer-port")
    {
        Description = "TCP port where other workers get files: PORT or LOW:HIGH, 0 for any",
        DefaultValueFactory = _ => "0",
    };

    private static readonly Option<bool> NoPeers = new("--no-peer-transfers") { Description = "Give no files to other workers: all go through the manager" };
    private static readonly Option<bool> NoHardLinks = new("--no-hard-links")
    {
        Description = $"Copy files of other workers on this machine rather than link them (also {HardLinksVariable}=0)",
    };

    private static readonly Option<string?> Bulk = new("--bulk")
    {
        Description = "How other workers get files from here: tls (default with keys) or plain, with a token that only workers of the cluster are given",
    };

    private static readonly Option<string?> Keys = KeysOption.Create("a worker");
    private static readonly Option<bool> WithInput = new("--exit-with-stdin") { Description = "End when standard input ends" };
    private static readonly Option<double> ConnectTimeout = new("--connect-timeout")
    {
        Description = "Seconds to look for the manager at first, and again after it was lost",
        DefaultValueFactory = _ => 900,
    };

    public static Command Create()
    {
        Cores.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--cores must be 1 or more");
        });
        ConnectTimeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= MaxConnectTimeout))
                result.AddError($"--connect-timeout must be from 0 to {MaxConnectTimeout} seconds");
        });
        var command = new Command("worker", "Run a worker: takes tasks from a manager and keeps their results.")
        {
            Address, ManagerName, WorkerName, Cores, Resources, CacheDirectory, Python, HostPackage, Disk, Memory, MemoryCache, TransferPort, NoPeers,
            NoHardLinks, Bulk, Keys, WithInput, ConnectTimeout,
        };
        Bulk.AcceptOnlyFromAmong("tls", "plain");
        command.Validators.Add(result =>
        {
            if (result.GetValue(Address) is null == result.GetValue(ManagerName) is null)
                result.AddError("give the manager's address or its --name, and not both");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        try
        {
            var patience = TimeSpan.FromSeconds(parsed.GetValue(ConnectTimeout));
            var manager = parsed.GetValue(Address) is { } address ? DoorAddress.Parse(address) : ManagerNames.Find(parsed.GetValue(ManagerName)!);
            var options = new WorkerOptions
            {
                ManagerAddress = manager,
                Keys = KeysOption.Load(parsed.GetValue(Keys), manager),
                Name = parsed.GetValue(WorkerName),
                Cores = parsed.GetValue(Cores),
                Resources = WorkerResources.Parse(Resources.Name, parsed.GetValue(Resources) ?? []),
                CacheDirectory = parsed.GetValue(CacheDirectory),
                Python = parsed.GetValue(Python)!,
                HostPackageDirectory = parsed.GetValue(HostPackage) ?? FindHostPackage(),
                Disk = parsed.GetValue(Disk) is { } disk ? ByteSize.Parse(Disk.Name, disk) : 0,
                MemoryCache = parsed.GetValue(MemoryCache) is { } memoryCache ? ByteSize.Parse(MemoryCache.Name, memoryCache) : 0,
                TransferPorts = PortRange.Parse(TransferPort.Name, parsed.GetValue(TransferPort)!),
                PlainBulk = parsed.GetValue(Bulk) == "plain",
                PeerTransfers = !parsed.GetValue(NoPeers),
                HardLinks = !parsed.GetValue(NoHardLinks) && Environment.GetEnvironmentVariable(HardLinksVariable) != "0",
                ConnectTimeout = patience,
                ManagerTimeout = patience,
            };
            if (parsed.GetValue(Bulk) == "tls" && options.Keys is null)
                throw new WorkerException("bulk data by TLS needs keys: take some that 'daskvine keys DIR --export worker OUT' has made, and use --keys OUT");
            if (parsed.GetValue(Memory) is { } memory)
                options = options with { Memory = ByteSize.Parse(Memory.Name, memory) };
            using var worker = new WorkerProcess(options, () => Announcement.WorkerReady(options.ManagerAddress.ToString()));
            using var ending = new Ending(parsed.GetValue(WithInput), worker.Stop);
            worker.Run();
            return 0;
        }
        catch (Exception e) when (e is ManagerException or WorkerException or KeysException or FormatException or IOException or UnauthorizedAccessException)
        {
            return Announcement.Error(e.Message);
        }
    }

    // A worker started by hand from a build finds the package without being told.
    private static string? FindHostPackage()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var package = Path.Combine(directory.FullName, "interop", "python");
            if (File.Exists(Path.Combine(package, "daskvine", "host", "__main__.py")))
                return package;
        }

        return null;
    }
}
