using DaskVine.Protocol.Libraries;

namespace DaskVine.Simulation.Workers;

/// <summary>A process that children are forked from.</summary>
/// <param name="id">The worker's number for its library; another process may have it later.</param>
/// <param name="spec">Null for the worker's own library.</param>
internal sealed class SimulatedLibrary(int id, LibrarySpec? spec)
{
    public int Id { get; } = id;

    public LibrarySpec? Spec { get; } = spec;

    /// <summary>Its children are threads of it: they have one table of functions, and one end.</summary>
    public bool IsThreads => Spec is { Mode: ExecMode.Threads };

    public bool IsUp { get; set; }

    public bool IsDead { get; set; }

    /// <summary>The worker has been told that it is dead, and reads no more of its children.</summary>
    public bool IsGone { get; set; }

    /// <summary>Functions that it was sent and can load; its children have them from their fork on.</summary>
    public HashSet<int> Loaded { get; } = [];

    /// <summary>When it has done all that it was asked to.</summary>
    public TimeSpan LoadedAt { get; set; }
}
