using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>A process that runs calls: a child of the library, or a task's own.</summary>
internal sealed class SimulatedHost(HostId id, int library)
{
    public HostId Id { get; } = id;

    /// <summary>Number of the library process that it is a child of.</summary>
    public int Library { get; } = library;

    public bool IsChild => Id.Role == HostRole.Child;

    /// <summary>Calls that it was sent, the running one excepted.</summary>
    public Queue<SendCall> Calls { get; } = new();

    public HashSet<int> Functions { get; } = [];

    public SendCall? Running { get; set; }

    /// <summary>Answers of short calls that it has not sent yet.</summary>
    public List<WorkerEvent> Held { get; } = [];

    public TimeSpan LastSent { get; set; }

    /// <summary>When the last thing that it has sent arrives.</summary>
    public TimeSpan LastTold { get; set; }

    public bool Dead { get; set; }
}
