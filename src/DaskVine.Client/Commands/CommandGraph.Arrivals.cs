using System.Threading.Channels;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <content>What comes.</content>
internal sealed partial class CommandGraph
{
    // Node → the arrivals that wait for its value; what the manager is asked for is the first one's.
    private readonly Dictionary<int, Queue<Arrival>> _arrivals = [];

    // Node → who hears how it grows.
    private readonly Dictionary<int, IProgress<WatchedPiece>> _watchers = [];

    /// <summary>Hears on which worker a node ran.</summary>
    public Action<int, string> Ran { get; set; } = (_, _) => { };

    /// <summary>Asks for the value of a node.</summary>
    public void Want(int node, Arrival arrival)
    {
        lock (Gate)
        {
            if (!_arrivals.TryGetValue(node, out var waiting))
                _arrivals.Add(node, waiting = []);
            waiting.Enqueue(arrival);
            if (waiting.Count == 1)
                connection.Post(new Want(_graph, [node]));
        }
    }

    /// <summary>Has somebody hear what comes of an output that is watched.</summary>
    public void Watch(int node, IProgress<WatchedPiece> watcher)
    {
        lock (Gate)
            _watchers[node] = watcher;
    }

    /// <summary>What still comes of it is dropped. Whether it was watched does not matter.</summary>
    public void Unwatch(int node)
    {
        lock (Gate)
            _watchers.Remove(node);
    }

    private async Task ReadAsync(ChannelReader<Record> mailbox)
    {
        try
        {
            await foreach (var record in mailbox.ReadAllAsync().ConfigureAwait(false))
            {
                // Whoever hears of it may wait for others, which may want the gate.
                if (record is WatchedOutput piece)
                    Watcher(piece.Node)?.Report(new WatchedPiece(piece.Offset, piece.Data));
                else
                    Take(record);
                connection.Flush();
            }
        }
        catch (Exception e)
        {
            // Whoever waits is told, whatever it was: nobody else would be.
            _ended.TrySetException(e is VineException ? e : new VineException($"files and commands came to an end: {e.Message}", e));
        }
    }

    private IProgress<WatchedPiece>? Watcher(int node)
    {
        lock (Gate)
            return _watchers.GetValueOrDefault(node);
    }

    private void Take(Record record)
    {
        lock (Gate)
        {
            switch (record)
            {
                // Nobody waits any more for what was cancelled or forgotten meanwhile.
                case Result result when _arrivals.TryGetValue(result.Node, out var waiting):
                    if (waiting.Peek().Take(result.Size, result.Offset, result.Value))
                        Next(result.Node, waiting).Finish();
                    break;
                case GraphFailed { Failure.Kind: FailureKind.Invalid } failed:
                    throw new VineException($"the manager gave up the files and commands of this client: {failed.Failure.Message}");
                case GraphFailed failed when _arrivals.TryGetValue(failed.Node, out var waiting):
                    Next(failed.Node, waiting).Fail(failed.Failure.Message);
                    break;
                case TaskEvents events:
                    foreach (var ended in events.Ended)
                        Ran(ended.Node, ended.Worker);
                    break;
            }
        }
    }

    // The arrival whose turn it was; the next one's begins.
    private Arrival Next(int node, Queue<Arrival> waiting)
    {
        var arrival = waiting.Dequeue();
        if (waiting.Count > 0)
            connection.Post(new Want(_graph, [node]));
        else
            _arrivals.Remove(node);
        return arrival;
    }
}
