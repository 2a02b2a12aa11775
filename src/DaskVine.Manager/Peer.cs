using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Values.Results;

namespace DaskVine.Manager;

/// <summary>A client or worker with a link.</summary>
internal sealed class Peer(PeerSocket socket, string instance, string name, long token, Outbox outbox)
{
    public PeerSocket Socket { get; } = socket;

    /// <summary>Unique per process; also its routing id.</summary>
    public string Instance { get; } = instance;

    public string Name { get; } = name;

    /// <summary>Of its connection at the door.</summary>
    public long Token { get; set; } = token;

    /// <summary>The public key that it came with, the only one that may speak for it; null where links are open.</summary>
    public string? Key { get; init; }

    /// <summary>Of its present link.</summary>
    public Outbox Outbox { get; set; } = outbox;

    /// <summary>Set for a worker.</summary>
    public WorkerId? Worker { get; init; }

    /// <summary>Set for a client.</summary>
    public ClientId? Client { get; init; }

    /// <summary>Large files on their way to it, in order.</summary>
    public Queue<BulkTransfer> Bulk { get; } = new();

    /// <summary>Small values that are to go to it before anything else does, and the graph that they are of.</summary>
    public ResultRows? Gathered { get; set; }

    /// <inheritdoc cref="Gathered"/>
    public int GatheredGraph { get; set; }

    /// <summary>What workers are to be asked for once it takes what has come of it.</summary>
    public Queue<(WorkerId Worker, FollowOutput Next)> Following { get; } = new();

    /// <summary>Large files on their way from it.</summary>
    public Dictionary<FileId, StagedFile> Arriving { get; } = [];

    /// <summary>Heartbeats that we sent since it was heard. Time would blame it for a pause of ours.</summary>
    public int SilentBeats { get; set; }

    /// <summary>It has said goodbye, so its end is no crash.</summary>
    public bool Leaving { get; set; }

    /// <summary>In the list of peers with something to send.</summary>
    public bool Touched { get; set; }

    /// <summary>Forgets what has come of a file whose rest will not come.</summary>
    public void DropArriving(FileId file)
    {
        if (Arriving.Remove(file, out var broken))
            broken.Dispose();
    }

    /// <summary>Lets go of the files on their way: the scheduler asks again for what a broken link has swallowed.</summary>
    public void DropTransfers()
    {
        while (Bulk.TryDequeue(out var transfer))
            transfer.Dispose();
        foreach (var broken in Arriving.Values)
            broken.Dispose();
        Arriving.Clear();
    }
}
