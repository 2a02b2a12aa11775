namespace DaskVine.Simulation.Network;

/// <summary>Bytes on their way from one node to another.</summary>
internal sealed class Flow(NetworkNode from, NetworkNode to, double bytes, Action<bool> end)
{
    public NetworkNode From { get; } = from;

    public NetworkNode To { get; } = to;

    /// <summary>How many have still to come, as of <see cref="Since"/>.</summary>
    public double Left { get; set; } = bytes;

    public double Bytes { get; } = bytes;

    public double Rate { get; set; }

    public TimeSpan Since { get; set; }

    /// <summary>When it is looked at next; not later than it can be over.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    public long Moved => (long)(Bytes - Left);

    public bool IsOver { get; set; }

    /// <summary>Its place among all flows, while it is not over.</summary>
    public int Index { get; set; }

    /// <summary>Its places among the flows of both ports, while it is not over.</summary>
    public (LinkedListNode<Flow> Up, LinkedListNode<Flow> Down) Places { get; set; }

    /// <summary>Called once, unless nobody waits for it any more: whether all bytes have come.</summary>
    public Action<bool> End { get; } = end;
}
