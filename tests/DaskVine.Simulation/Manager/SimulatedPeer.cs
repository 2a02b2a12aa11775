using DaskVine.Protocol;
using DaskVine.Scheduling;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Manager;

/// <summary>A client or worker with a link, as the manager's process keeps it.</summary>
internal sealed class SimulatedPeer(Connection connection, LinkEnd link, string name)
{
    public Connection Connection { get; } = connection;

    public LinkEnd Link { get; set; } = link;

    public string Name { get; } = name;

    public long Token { get; set; }

    public WorkerId? Worker { get; init; }

    public ClientId? Client { get; init; }

    /// <summary>Large files on their way from it.</summary>
    public Dictionary<FileId, ArrivingFile> Arriving { get; } = [];

    public TimeSpan LastHeard { get; set; }

    public bool Leaving { get; set; }

    public bool Touched { get; set; }
}
