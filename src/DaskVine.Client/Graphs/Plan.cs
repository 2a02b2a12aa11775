namespace DaskVine.Client;

/// <summary>What of a graph has to be computed for some keys: walked from these, without recursion, dependencies before dependents.</summary>
internal sealed class Plan
{
    private readonly Graph _graph;
    private readonly Scanner _scanner;
    private readonly List<PlannedNode> _nodes = [];

    // The number of each key that was met; a name of another key has that one's.
    private readonly Dictionary<object, int> _numbers = [];

    // Exactly the keys on the way from a wanted key to the present one, in that order, with what they read.
    private readonly Dictionary<object, List<object>> _path = [];
    private readonly List<object> _order = [];

    private Plan(Graph graph)
    {
        _graph = graph;
        _scanner = new Scanner(graph);
    }

    public Graph Graph => _graph;

    public IReadOnlyList<PlannedNode> Nodes => _nodes;

    /// <summary>All functions that are called, each once.</summary>
    public IEnumerable<RemoteFunction> Functions => _scanner.Functions;

    public bool HasDotnet => _scanner.Functions.Any(function => function.Runtime == Runtime.Dotnet);

    /// <param name="graph">Not to be changed meanwhile.</param>
    /// <param name="wanted">Normal keys, or objects that are their own.</param>
    /// <exception cref="GraphException">A cycle, or a key that is not there.</exception>
    public static Plan Make(Graph graph, IReadOnlyList<object> wanted)
    {
        var plan = new Plan(graph);
        foreach (var key in wanted)
        {
            if (!plan.TryFind(key, out _))
                throw new GraphException($"{Name(key)} is not a key in the graph");
        }

        foreach (var key in wanted)
            plan.Walk(key);
        plan.Place();
        foreach (var key in wanted)
            plan._nodes[plan._numbers[key]].IsNeutral = true;
        return plan;
    }

    /// <summary>The number of a key's node.</summary>
    public int Number(object key) => _numbers[key];

    /// <summary>The numbers of those keys' nodes that are computed.</summary>
    /// <param name="keys">As they were given.</param>
    /// <exception cref="GraphException">One is not in the graph.</exception>
    public HashSet<int> Numbers(IEnumerable<object> keys)
    {
        var found = new HashSet<int>();
        foreach (var key in keys.Select(key => key is IDelayed ? key : Keys.Normalize(key)))
        {
            if (_numbers.TryGetValue(key, out var number))
                found.Add(number);
            else if (!TryFind(key, out _))
                throw new GraphException($"{Name(key)} is not a key in the graph");
        }

        return found;
    }

    private static string Name(object key) => key is Call or IDelayed ? PlannedNode.Text(key, 0) : Keys.Text(key);

    private void Walk(object root)
    {
        var stack = new Stack<object>([root]);
        while (stack.TryPeek(out var key))
        {
            if (_numbers.ContainsKey(key))
            {
                stack.Pop();
                continue;
            }

            var part = Part.Of(Find(key), _graph);
            if (!_path.TryGetValue(key, out var reads))
            {
                reads = _scanner.Scan(part);
                if (Descend(key, reads, stack))
                    continue;
            }
            else
            {
                _path.Remove(key);
                _order.RemoveAt(_order.Count - 1);
            }

            stack.Pop();
            Add(key, part, reads);
        }
    }

    /// <summary>Whether something has to be numbered before the key.</summary>
    private bool Descend(object key, List<object> reads, Stack<object> stack)
    {
        var isEntered = false;
        for (var i = reads.Count - 1; i >= 0; i--)
        {
            if (_numbers.ContainsKey(reads[i]))
                continue;
            if (!isEntered)
            {
                _path.Add(key, reads);
                _order.Add(key);
                isEntered = true;
            }

            if (_path.ContainsKey(reads[i]))
                throw Cycle(reads[i]);
            stack.Push(reads[i]);
        }

        return isEntered;
    }

    private void Add(object key, Part part, List<object> reads)
    {
        if (part.Kind == PartKind.Reference)
        {
            _numbers.Add(key, _numbers[part.Item!]);
            return;
        }

        int[] inputs = reads.Count switch
        {
            0 => [],
            1 => [_numbers[reads[0]]],
            _ => [.. reads.Select(read => _numbers[read]).Distinct()],
        };
        _numbers.Add(key, _nodes.Count);
        _nodes.Add(new PlannedNode(key, part, inputs));
    }

    private object? Find(object key)
    {
        if (TryFind(key, out var computation))
            return computation;
        throw new GraphException($"missing dependency: {Name(key)}, which {Name(_order[^1])} needs, is not a key in the graph");
    }

    private bool TryFind(object key, out object? computation)
    {
        computation = key is Call ? key : (key as IDelayed)?.Computation;
        return key is Call or IDelayed || _graph.TryGet(key, out computation);
    }

    private GraphException Cycle(object key) =>
        new($"cycle detected: {string.Join(" -> ", _order.SkipWhile(other => !other.Equals(key)).Append(key).Select(Name))}");

    // A list is made where what is in it comes from: Python reads what .NET makes, and what Python made for itself only Python reads.
    private void Place()
    {
        var hasDotnet = HasDotnet;
        foreach (var node in _nodes)
        {
            if (node.Part.Kind == PartKind.Call)
                node.Runtime = ((Call)node.Part.Item!).Function.Runtime;
            else if (node.Part.Kind is PartKind.List or PartKind.Tuple)
                node.Runtime = hasDotnet && !node.Inputs.Any(input => _nodes[input].Runtime == Runtime.Python) ? Runtime.Dotnet : Runtime.Python;
            if (node.Runtime != Runtime.Dotnet)
                continue;
            foreach (var input in node.Inputs)
                _nodes[input].IsNeutral = true;
        }
    }
}
