using DaskVine.Protocol.Records;
using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>The values of a graph's wanted nodes, as they come: whole, in pieces, or many in one stream.</summary>
internal sealed class IncomingResults(IEnumerable<int> wanted)
{
    private readonly HashSet<int> _missing = [.. wanted];
    private readonly Dictionary<int, ReceivedValue> _values = [];
    private readonly Dictionary<int, (byte[] Whole, long Arrived)> _parts = [];

    public bool AreComplete => _missing.Count == 0;

    public ReceivedValue this[int node] => _values[node];

    /// <exception cref="GraphException">It is larger than an array can be.</exception>
    public void Take(Result result)
    {
        if (result.Value.Length == result.Size)
        {
            Keep(result.Node, new ReceivedBytes(result.Value));
            return;
        }

        if (result.Size > Array.MaxLength)
            throw new GraphException($"a result has {result.Size >> 20} MiB, more than this process can hold as one: reduce it before you compute");
        var (whole, arrived) = _parts.TryGetValue(result.Node, out var part) ? part : (GC.AllocateUninitializedArray<byte>((int)result.Size), 0L);
        result.Value.CopyTo(whole.AsMemory((int)result.Offset));
        arrived += result.Value.Length;
        _parts[result.Node] = (whole, arrived);
        if (arrived < result.Size)
            return;
        _parts.Remove(result.Node);
        Keep(result.Node, new ReceivedBytes(whole));
    }

    public void Take(Results results)
    {
        var rows = ValueRows.Read(results.Stream);
        for (var row = 0; row < results.Nodes.Count; row++)
            Keep(results.Nodes[row], new ReceivedRow(rows, row));
    }

    private void Keep(int node, ReceivedValue value)
    {
        if (_missing.Remove(node))
            _values.Add(node, value);
    }
}
