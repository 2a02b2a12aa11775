using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Clients;

/// <summary>A client's process: submits its graphs, takes the results, begins anew when its link breaks.</summary>
internal sealed class SimulatedClient
{
    private const long BulkWaitingBytes = 4L << 20;
    private static readonly TimeSpan s_helloAgain = TimeSpan.FromSeconds(1);

    private readonly World _world;
    private readonly Chance _chance;
    // Every graph that was opened on the present link, by number there.
    private readonly Dictionary<int, GraphRun> _opened = [];
    private LinkEnd? _link;
    private bool _welcome;
    private int _lastNumber;

    public SimulatedClient(World world, int number, IReadOnlyList<GraphPlan> plans)
    {
        _world = world;
        _chance = world.Chance.Fork();
        Runs = [.. plans.Select(plan => new GraphRun(plan))];
        Connection = new Connection(world, Hello.ClientRole, $"c{number}", TakeMessage);
        Relink();
    }

    public IReadOnlyList<GraphRun> Runs { get; }

    public Connection Connection { get; }

    public bool Gone { get; private set; }

    public bool HasEnded => Runs.All(run => run.HasEnded);

    /// <summary>A hello says that the old link, and what it carried, is gone.</summary>
    public void Relink()
    {
        if (Gone)
            return;
        Connection.OpenDoor();
        _welcome = false;
        var link = new LinkEnd(new Outbox(_chance.Next() | 1, _world.Options.ClientCredit), Connection.Up, BulkWaitingBytes);
        _link = link;
        link.SendUnsequenced(new Hello(
            ProtocolVersion.Current, Hello.ClientRole, Connection.Instance, Connection.Instance, Connection.Token,
            new Dictionary<string, string>(), 0, [], []));
        _world.Clock.After(s_helloAgain, () =>
        {
            if (_link == link && !_welcome)
                Relink();
        });
    }

    /// <summary>The process ends.</summary>
    public void Die()
    {
        Gone = true;
        Connection.Down.LoseAll();
        Connection.CloseDoor();
        foreach (var run in Runs.Where(run => !run.HasEnded))
            run.State = GraphRunState.Abandoned;
    }

    private void TakeMessage(WireMessage message)
    {
        if (Gone)
            return;
        var incoming = IncomingMessage.Read(message.Header, message.Frames);
        var rehello = incoming.Records is [Rehello or Refuse];
        var verdict = rehello ? LinkVerdict.Gap : _link!.Outbox.Receive(incoming.Header, message.Bytes);
        if (verdict == LinkVerdict.Gap)
            Relink();
        if (verdict != LinkVerdict.Deliver)
            return;
        foreach (var record in incoming.Records)
            Accept(record);
        _link!.Flush();
    }

    private void Accept(Record record)
    {
        switch (record)
        {
            case Welcome: OnWelcome(); break;
            case Result e: Take(_opened[e.Graph], e); break;
            case GraphFailed e when _opened[e.Graph].Plan.IsSession: TakeMissing(_opened[e.Graph], e); break;
            case GraphFailed e: Take(_opened[e.Graph], e); break;
            case Heartbeat e when !_link!.Outbox.Link.HasReceived(e.Sent): Relink(); break;
            case Heartbeat: _link.SendUnsequenced(new Heartbeat(_link.Outbox.Link.Sent)); break;
            case TaskEvents e when _opened[e.Graph] is var run && run.State is not (GraphRunState.Cancelled or GraphRunState.Failed): Hear(run, e); break;
            case Progress or Notice or TaskEvents or TaskOutput: break;
            default: throw new PropertyBrokenException("protocol", $"a client gets {record.Kind}");
        }
    }

    private void OnWelcome()
    {
        _welcome = true;
        _opened.Clear();
        for (var number = 0; number < GraphDraw.Functions; number++)
            _link!.Post(new FunctionCode(number, new byte[] { (byte)number, 1, 2, 3 }, $"f{number}", new byte[20 * (number + 1)]));
        foreach (var library in _world.Options.Libraries > 0 ? LibraryDraw.Codes(_world.Options.Sabotage == Sabotage.MoreSlots ? 1 : 0) : [])
            _link!.Post(library);
        foreach (var run in Runs.Where(run => !run.HasEnded))
        {
            run.State = GraphRunState.Waiting;
            var link = _link!;
            _world.Clock.At(run.Plan.SubmitAt, () => Submit(run, link));
        }
    }

    private void Submit(GraphRun run, LinkEnd link)
    {
        if (_link != link || Gone)
            return;
        run.State = GraphRunState.Submitting;
        run.Number = ++_lastNumber;
        run.Received.Clear();
        run.Arriving.Clear();
        _opened.Add(run.Number, run);
        run.Missing.Clear();
        run.Reported.Clear();
        run.Started.Clear();
        run.Ended.Clear();
        link.Post(new OpenGraph(run.Number, run.Plan.Mode, "", run.Plan.Reports, run.Plan.Returns, run.Plan.PruneDepth));
        foreach (var options in run.Plan.Options)
            link.Post(options with { Graph = run.Number, Locks = _world.Options.Sabotage == Sabotage.DroppedLocks ? [] : options.Locks });
        if (run.Plan.CancelAfter is { } time)
            _world.Clock.After(time, () => Cancel(run, link));
        SubmitFrom(run, link, 0);
    }

    private void SubmitFrom(GraphRun run, LinkEnd link, int first)
    {
        if (_link != link || Gone || run.State != GraphRunState.Submitting)
            return;
        var last = Math.Min(first + run.Plan.NodesAtOnce, run.Plan.Nodes.Length);
        for (var next = first; next < last;)
            next = SubmitAlike(run, link, next, last);
        if (last < run.Plan.Nodes.Length)
            _world.Clock.After(TimeSpan.FromMicroseconds(200) * _chance.Unit(), () => SubmitFrom(run, link, last));
        else
        {
            link.Post(run.Plan.IsSession ? new Want(run.Number, WantedOf(run)) : new SealGraph(run.Number, run.Plan.Nodes.Length, run.Plan.Wanted));
            if (run.Plan.IsSession && _chance.Happens(0.5))
                link.Post(new Prune(run.Number, [.. Enumerable.Range(0, run.Plan.Nodes.Length).Where(_ => _chance.Happens(0.2)).Select(run.Plan.NumberOf)], false));
            run.State = GraphRunState.Submitted;
            if (run.Plan.IsSession)
                EndIfComplete(run);
        }

        link.Flush();
    }

    // Files and other nodes go in records of their own.
    private int SubmitAlike(GraphRun run, LinkEnd link, int first, int last)
    {
        var nodes = run.Plan.Nodes;
        if (nodes[first].Role != NodeRole.Call)
        {
            foreach (var record in SessionSubmission.Command(run.Plan, run.Number, first))
                link.Post(record);
            return first + 1;
        }

        var next = first;
        while (next < last && nodes[next].Role == NodeRole.Call && (nodes[next].Declared is null) == (nodes[first].Declared is null))
            next++;
        if (nodes[first].Declared is null)
            link.Post(new SubmitNodes(run.Number, run.Plan.NumberOf(first), [.. nodes[first..next].Select(node => GraphNodeOf(run.Plan, node))]));
        else
            Declare(run, link, first, next);
        return next;
    }

    private void Declare(GraphRun run, LinkEnd link, int first, int next)
    {
        var nodes = run.Plan.Nodes;
        link.Post(new SubmitFiles(run.Number, run.Plan.NumberOf(first), [.. nodes[first..next].Select(FileOf)]));
        for (var node = first; node < next; node++)
        {
            if (nodes[node].Declared is not FileKind.Data)
                continue;
            var data = Values.Of(nodes[node].Call.Key, [], nodes[node].Call.Size);
            for (var offset = 0; offset == 0 || offset < data.Length; offset += _world.Options.ChunkBytes)
                link.Post(new FileData(run.Number, run.Plan.NumberOf(node), offset, data.AsMemory(offset, Math.Min(_world.Options.ChunkBytes, data.Length - offset))));
        }
    }

    private DeclaredFile FileOf(NodePlan node)
    {
        var source = DeclaredContent.SourceOf(node.Call);
        var size = (long)node.Call.Size * _world.Options.ByteScale;
        return new DeclaredFile(
            node.Declared!.Value, node.Declared == FileKind.Url ? $"http:{source}" : source, "", size, CacheLevel.Workflow, Shared: true);
    }

    private static GraphNode GraphNodeOf(GraphPlan plan, NodePlan node) => new(
        node.Functions,
        node.IsLiteral ? Values.Of(node.Call.Key, [], node.Call.Size) : node.Call.Write(),
        [.. node.Inputs.Select(plan.NumberOf)],
        $"{node.Call.Name}",
        node.Options?.Number ?? 0);

    private void Cancel(GraphRun run, LinkEnd link)
    {
        if (_link != link || Gone || run.HasEnded)
            return;
        run.State = GraphRunState.Cancelled;
        link.Post(new CancelGraph(run.Number));
        link.Flush();
    }

    private static void Hear(GraphRun run, TaskEvents events)
    {
        foreach (var node in events.Started)
            Require(run.Started.Add(node), run, node, "a task starts twice");
        foreach (var ended in events.Ended)
            Require(run.Started.Contains(ended.Node) && run.Ended.Add(ended.Node), run, ended.Node, "a task ends twice, or before its start");
    }

    private static void Require(bool holds, GraphRun run, int node, string otherwise)
    {
        if (!holds)
            throw new PropertyBrokenException("events", otherwise) { Nodes = [new NodeName(run.Plan.Client, run.Plan.Number, node)] };
    }

    private void Take(GraphRun run, GraphFailed failed)
    {
        if (run.State is GraphRunState.Cancelled)
            return;
        _world.Watch(watcher => watcher.OnGraphFailed(run, failed));
        run.State = GraphRunState.Failed;
    }

    private void Take(GraphRun run, Result result)
    {
        // It was on its way when the graph ended.
        if (run.State is GraphRunState.Cancelled or GraphRunState.Failed)
            return;
        if (run.Plan.IsSession && run.Plan.NodeOf(result.Node).IsReport)
        {
            TakeReport(run, run.Plan.NodeOf(result.Node).Node, result.Value);
            return;
        }

        result = result with { Node = run.Plan.NodeOf(result.Node).Node };
        if (run.Received.Contains(result.Node))
            throw new PropertyBrokenException("results", $"a result came twice")
            { Nodes = [new NodeName(run.Plan.Client, run.Plan.Number, result.Node)] };
        if (result.Offset == 0)
            run.Arriving[result.Node] = new ArrivingFile(result.Size);
        var arriving = run.Arriving[result.Node];
        arriving.Add(result.Offset, result.Value);
        if (!arriving.IsWhole)
            return;
        run.Arriving.Remove(result.Node);
        run.Received.Add(result.Node);
        _world.Watch(watcher => watcher.OnResult(run, result.Node, arriving.Bytes));
        EndIfComplete(run);
    }

    private void TakeReport(GraphRun run, int node, ReadOnlyMemory<byte> report)
    {
        Require(run.Reported.Add(node), run, node, "a report came twice");
        _world.Watch(watcher => watcher.OnReport(run, node, CommandReport.Read(report)));
        EndIfComplete(run);
    }

    private void TakeMissing(GraphRun run, GraphFailed failed)
    {
        if (run.State == GraphRunState.Cancelled)
            return;
        var (node, isReport) = run.Plan.NodeOf(failed.Node);
        Require(!isReport && run.Plan.Wanted.Contains(node) && !run.Received.Contains(node), run, node, $"a failure came of what is not awaited: {failed}");
        Require(run.Missing.Add(node), run, node, "a failure came twice");
        _world.Watch(watcher => watcher.OnMissing(run, node, failed));
        EndIfComplete(run);
    }

    // The values of its wanted nodes, and the reports about those that are made by commands.
    private static int[] WantedOf(GraphRun run) => [.. run.Plan.Wanted.Select(run.Plan.NumberOf), .. CommandsOf(run).Select(node => run.Plan.NumberOf(node) + 1)];

    private static IEnumerable<int> CommandsOf(GraphRun run) => run.Plan.Wanted.Where(node => run.Plan.Nodes[node].Role == NodeRole.Command);

    private void EndIfComplete(GraphRun run)
    {
        if (run.Received.Count + run.Missing.Count < run.Plan.Wanted.Length || run.State != GraphRunState.Submitted)
            return;
        if (run.Plan.IsSession)
        {
            if (run.Reported.Count < CommandsOf(run).Count())
                return;
            _link!.Post(new Prune(run.Number, [.. Enumerable.Range(0, run.Plan.Nodes.Length).Select(run.Plan.NumberOf)], true));
            _link.Post(new CancelGraph(run.Number));
        }

        run.State = GraphRunState.Done;
        foreach (var node in run.Plan.Reports == GraphReports.None ? [] : run.Plan.Wanted)
            Require(run.Plan.Nodes[node].IsLiteral || run.Ended.Contains(node), run, node, "the end of a task was not told");
    }
}
