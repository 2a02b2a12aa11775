using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>A process that runs calls: a child of a library, or a task's own.</summary>
/// <param name="library">The process that it is a child of; null for one that was started by itself.</param>
/// <param name="spec">Of its library; null for the worker's own, and for a task's.</param>
internal sealed class SimulatedHost(HostId id, SimulatedLibrary? library, LibrarySpec? spec)
{
    public HostId Id { get; } = id;

    public SimulatedLibrary? Library { get; } = library;

    public bool IsForOneCall => spec is { Mode: ExecMode.ForkPerCall };

    /// <summary>When it says hello; never, when its setup fails.</summary>
    public TimeSpan UpAt { get; set; } = TimeSpan.MaxValue;

    public bool IsChild => Id.Role == HostRole.Child;

    /// <summary>Calls that it was sent, the running one excepted.</summary>
    public Queue<SendCall> Calls { get; } = new();

    public HashSet<int> Functions { get; } = library switch { null => [], { IsThreads: true } => library.Loaded, _ => [.. library.Loaded] };

    public SendCall? Running { get; set; }

    /// <summary>Calls that it was sent and has not run to their end.</summary>
    public int Unfinished => Calls.Count + (Running is null ? 0 : 1);

    /// <summary>Answers of short calls that it has not sent yet.</summary>
    public List<WorkerEvent> Held { get; } = [];

    public TimeSpan LastSent { get; set; }

    /// <summary>When the last thing that it has sent arrives.</summary>
    public TimeSpan LastTold { get; set; }

    public bool Dead { get; set; }
}
