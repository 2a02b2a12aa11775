using DaskVine.Protocol.Door;
using DaskVine.Scheduling;

namespace DaskVine.Manager;

/// <summary>How a manager's process is to run.</summary>
public sealed record ManagerOptions
{
    /// <summary>Where the door listens; port 0 takes any free one.</summary>
    public required DoorAddress Address { get; init; }

    /// <summary>For people and for workers that look for a manager by name; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>How often a worker is to be heard; one that is silent six times as long is given up.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    public SchedulerOptions Scheduler { get; init; } = new();
}
