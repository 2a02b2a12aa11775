namespace DaskVine.Simulation;

/// <summary>A task, as the simulation names it: which client's which graph, which node.</summary>
internal readonly record struct NodeName(int Client, int Graph, int Node)
{
    public static readonly NodeName None = new(-1, -1, -1);

    public override string ToString() => this == None ? "" : $"c{Client}/g{Graph}/n{Node}";
}

/// <summary>One thing that happened.</summary>
internal readonly record struct StoryLine(TimeSpan At, string What, NodeName Node, string Where, long Detail)
{
    public override string ToString() =>
        $"{At.TotalMilliseconds,14:N4} ms  {What,-12} {Node,-12} {Where,-8} {(Detail == 0 ? "" : $"{Detail}")}";
}

/// <summary>What happened, lately in words and altogether as a hash.</summary>
internal sealed class Story(VirtualClock clock, TextWriter? print)
{
    private const int KeptMax = 100_000;

    private readonly Queue<StoryLine> _lines = new();

    /// <summary>Of everything ever told: two runs are the same when this is.</summary>
    public ulong Hash { get; private set; } = 1;

    public void Tell(string what, NodeName node, string where, long detail = 0)
    {
        var line = new StoryLine(clock.Now, what, node, where, detail);
        foreach (var letter in what)
            Hash = Chance.Mix(Hash ^ letter);
        Hash = Chance.Mix(Hash ^ (ulong)clock.Now.Ticks);
        Hash = Chance.Mix(Hash ^ ((ulong)(uint)node.Node << 24) ^ (ulong)detail);
        _lines.Enqueue(line);
        if (_lines.Count > KeptMax)
            _lines.Dequeue();
        print?.WriteLine(line);
    }

    /// <summary>The last lines about some tasks, then the last about anything.</summary>
    public IEnumerable<StoryLine> About(IReadOnlyCollection<NodeName> nodes, int lines) =>
        _lines.Where(line => nodes.Contains(line.Node)).TakeLast(lines).Concat(_lines.TakeLast(lines / 2));
}

/// <summary>A property of the world does not hold.</summary>
public sealed class PropertyBrokenException : Exception
{
    public PropertyBrokenException()
        : this("", "")
    {
    }

    public PropertyBrokenException(string message)
        : this("", message)
    {
    }

    public PropertyBrokenException(string message, Exception innerException)
        : base(message, innerException) => Property = "";

    public PropertyBrokenException(string property, string message)
        : base(message) => Property = property;

    /// <summary>The checker that found it.</summary>
    public string Property { get; }

    internal IReadOnlyList<NodeName> Nodes { get; init; } = [];
}
