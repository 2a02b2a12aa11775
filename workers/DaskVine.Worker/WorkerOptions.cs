using DaskVine.Protocol.Door;
using DaskVine.Security;
using DaskVine.Transfers;

namespace DaskVine.Worker;

/// <summary>How a worker's process is to run.</summary>
public sealed record WorkerOptions
{
    /// <summary>The manager's door.</summary>
    public required DoorAddress ManagerAddress { get; init; }

    /// <summary>For people; null for the machine's name and the process's number.</summary>
    public string? Name { get; init; }

    /// <summary>Tasks that run at once.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>What this worker has beside cores, by name, in thousandths.</summary>
    public IReadOnlyDictionary<string, long> Resources { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Where files, outputs and sandboxes go, in a directory of this worker's own that is removed at the end; null for a temporary place.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Bytes of files that may be kept in memory rather than on disk; 0 for none.</summary>
    public long MemoryCache { get; init; }

    /// <summary>A file system in memory, where those are.</summary>
    public string MemoryCacheDirectory { get; init; } = "/dev/shm";

    /// <summary>The interpreter of the user's environment.</summary>
    public string Python { get; init; } = "python3";

    /// <summary>Directory that has the Python package <c>daskvine</c>; null when the interpreter finds it by itself.</summary>
    public string? HostPackageDirectory { get; init; }

    /// <summary>Where function calls run; null for the present directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>With them the link is encrypted, and only a manager that has its own is served; null for open links.</summary>
    public ClusterKeys? Keys { get; init; }

    /// <summary>Whether other workers may get files from this one.</summary>
    public bool PeerTransfers { get; init; } = true;

    /// <summary>Whether files of workers on this machine get a second name here rather than a copy.</summary>
    public bool HardLinks { get; init; } = true;

    /// <summary>Where to listen for other workers, when the manager is reached by TCP.</summary>
    public PortRange TransferPorts { get; init; }

    /// <summary>Bytes that the cache may hold; 0 for no limit.</summary>
    public long Disk { get; init; }

    /// <summary>Bytes that tasks may use together; 0 for no limit.</summary>
    public long Memory { get; init; } = MachineMemory.Usable();

    /// <summary>Whether other workers get files from this one unencrypted, also with keys: by a token that they were given over the encrypted link.</summary>
    public bool PlainBulk { get; init; }

    /// <summary>With keys, transfers by TCP are encrypted unless their source gives them plain; null without.</summary>
    internal TlsIdentity? Tls => Keys is { } keys ? new TlsIdentity(keys.BulkCertificate, keys.Authority) : null;

    /// <summary>How long to look for the manager at first.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long to keep the cache and look for the manager after it was lost.</summary>
    public TimeSpan ManagerTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
