using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <content>
/// A graph that is never sealed. Its client wants every node, some of them again later, and forgets those of which it has got all that follows: what is not
/// forgotten comes again, whatever it is made from.
/// </content>
internal sealed partial class ModelGraph
{
    // More than a storm sends at once.
    public const int Calm = 100;

    private readonly HashSet<int> _forgotten = [];
    private readonly HashSet<int> _missing = [];
    private int _calmSteps;

    public bool IsSession { get; }

    /// <summary>All of a session was sent and wanted; it goes on with what is wanted again and forgotten.</summary>
    public bool IsAsked { get; private set; }

    /// <param name="chance">Decides what it does next; in the calm it ends as soon as nothing is awaited.</param>
    private Record NextOfSession(int chance)
    {
        if (!IsAsked)
        {
            IsAsked = true;
            return new Want(Number, _wanted);
        }

        if (chance == Calm)
            return NextOfCalm();
        if (chance % 3 > 0 && Forgettable() is { } node)
            return Forget(node);
        int[] there = [.. There];
        return chance % 2 > 0 || there.Length == 0 ? new Prune(Number, there, false) : WantAgain(there[chance % there.Length]);
    }

    // Once everything is there: forgets a node, deletes what is left, and has that come again.
    private Record NextOfCalm()
    {
        if (_wanted.Any(IsAwaited))
            return new Prune(Number, [], false);
        switch (_calmSteps++)
        {
            case 0 when Forgettable() is { } node: return Forget(node);
            case 1: return new Prune(Number, [.. There], false);
            case 2: return WantAgain([.. There]);
            case < 2: return new Prune(Number, [], false);
            default:
                IsCancelled = true;
                return new CancelGraph(Number);
        }
    }

    private Prune Forget(int node)
    {
        _forgotten.Add(node);
        return new Prune(Number, [node], true);
    }

    private Want WantAgain(params int[] nodes)
    {
        foreach (var node in nodes)
            _delivered.Remove(node);
        return new Want(Number, nodes);
    }

    private IEnumerable<int> There => _delivered.Keys.Where(node => !_forgotten.Contains(node)).Order();

    // What others were made from rather than the last nodes.
    private int? Forgettable() => _wanted.Where(MayBeForgotten).OrderByDescending(node => Following(node).Count).Select(node => (int?)node).FirstOrDefault();

    private void Miss(GraphFailed failed) =>
        Assert.True(IsAwaited(failed.Node) && _missing.Add(failed.Node), $"{Number}.{failed.Node} is not awaited and fails");

    private bool IsAwaited(int node) => !_delivered.ContainsKey(node) && !_missing.Contains(node);

    // Nothing makes a literal again, so what follows from it must not be asked for any more.
    private bool MayBeForgotten(int node) => !_forgotten.Contains(node) && !IsAwaited(node)
        && Following(node).All(reader => _nodes[node].Functions is null ? _forgotten.Contains(reader) : !IsAwaited(reader));

    private HashSet<int> Following(int node)
    {
        var following = new HashSet<int>();
        for (var next = node + 1; next < _nodes.Count; next++)
        {
            if (_nodes[next].Inputs.Any(input => input == node || following.Contains(input)))
                following.Add(next);
        }

        return following;
    }
}
