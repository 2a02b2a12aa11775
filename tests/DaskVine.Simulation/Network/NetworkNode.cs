namespace DaskVine.Simulation.Network;

/// <summary>One direction of a process's way to the network: whatever passes at the same time shares it.</summary>
internal sealed class Port(double bytesPerSecond)
{
    // All and only the flows that pass it now.
    private readonly LinkedList<Flow> _flows = [];

    public IEnumerable<Flow> Flows => _flows;

    public double Share => bytesPerSecond / Math.Max(1, _flows.Count);

    /// <summary>Bytes that have passed it.</summary>
    public double Passed { get; set; }

    public LinkedListNode<Flow> Add(Flow flow) => _flows.AddLast(flow);

    public void Remove(LinkedListNode<Flow> place) => _flows.Remove(place);
}

/// <summary>A process that gives and takes large files.</summary>
internal sealed class NetworkNode(string name, double bytesPerSecond)
{
    public string Name { get; } = name;

    public Port Up { get; } = new(bytesPerSecond);

    public Port Down { get; } = new(bytesPerSecond);
}
