using DaskVine.Protocol.Door;
using DaskVine.Scheduling;
using DaskVine.Security;

namespace DaskVine.Manager;

/// <summary>How a manager's process is to run.</summary>
public sealed record ManagerOptions
{
    private readonly BulkSecurity? _bulk;

    /// <summary>Where the door listens; port 0 takes any free one.</summary>
    public required DoorAddress Address { get; init; }

    /// <summary>For people and for workers that look for a manager by name; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>How often a worker is to be heard; one that is silent six times as long is given up.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>With them every link is encrypted, and only peers with keys that they authorize get in; null for open links.</summary>
    public ClusterKeys? Keys { get; init; }

    /// <summary>How bulk data is guarded; by default TLS where there are keys.</summary>
    public BulkSecurity Bulk
    {
        get => _bulk ?? (Keys is null ? BulkSecurity.Plain : BulkSecurity.Tls);
        init => _bulk = value;
    }

    /// <summary>Whether to listen at an address that other machines can reach even without keys.</summary>
    public bool OpenToAll { get; init; }

    public SchedulerOptions Scheduler { get; init; } = new();
}
