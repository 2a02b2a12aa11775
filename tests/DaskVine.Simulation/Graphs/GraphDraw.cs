using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>Draws the graphs of a client.</summary>
internal sealed class GraphDraw(SimulationOptions options, Chance chance)
{
    /// <summary>Functions that every client knows, by number.</summary>
    public const int Functions = 4;

    private const int InputsMax = 5;
    private static readonly FileKind[] s_declared = [FileKind.Path, FileKind.Url, FileKind.Data, FileKind.Shared];

    public GraphPlan Draw(int client, int number)
    {
        var shape = options.Shape ?? (GraphShape)chance.Between(0, (int)GraphShape.Random);
        var mode = chance.Happens(options.TasksMode) ? TaskMode.Tasks : TaskMode.FunctionCalls;
        var asks = chance.Happens(options.AskingGraphs);
        var asked = asks ? OptionsDraw.Draw(chance, options.VariedGraphs) : [];
        var nodes = new NodePlan[options.TasksPerGraph];
        var read = new bool[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            var inputs = Inputs(shape, i, nodes.Length);
            foreach (var input in inputs)
                read[input] = true;
            nodes[i] = Node(new NodeName(client, number, i), inputs);
            if (asks && chance.Happens(0.5))
                nodes[i] = nodes[i] with { Options = chance.Pick(asked) };
            if (inputs.Length == 0 && i < nodes.Length - 1 && options.DeclaredFiles > 0 && chance.Happens(options.DeclaredFiles))
                nodes[i] = nodes[i] with { Functions = null, Options = null, Declared = chance.Pick(s_declared) };
        }

        var isSession = options.Sessions > 0 && chance.Happens(options.Sessions);
        if (isSession)
            (mode, nodes) = (TaskMode.Command, SessionDraw.Draw(nodes, options, chance));
        // Drawn apart, so that the other worlds stay as they were.
        var libraries = new Chance(Chance.Mix(options.Seed ^ Chance.Mix(((ulong)client << 32) ^ (ulong)number ^ 0x11B)));
        if (options.Libraries > 0 && libraries.Happens(options.Libraries))
            (nodes, asked) = LibraryDraw.Draw(nodes, asked, options, libraries);
        var wanted = Enumerable.Range(0, nodes.Length).Where(node => (!read[node] || chance.Happens(0.02)) && nodes[node].Declared is null).ToArray();
        var varied = options.VariedGraphs > 0 && chance.Happens(options.VariedGraphs);
        return new GraphPlan(client, number, mode, nodes, wanted)
        {
            Options = asked,
            Reports = asks && !isSession ? GraphReports.Tasks | GraphReports.Output : GraphReports.None,
            PruneDepth = options.PruneDepth ?? (varied ? chance.Pick([0, 1, 2, 3, 5]) : 1),
            Returns = varied && chance.Happens(0.2) && !isSession,
            SubmitAt = options.Arrival * chance.Unit(),
            NodesAtOnce = chance.Pick([1, 7, 1000]),
            CancelAfter = chance.Happens(options.Cancellations) ? chance.Exponential(TimeSpan.FromMilliseconds(50)) : null,
        };
    }

    private int[] Inputs(GraphShape shape, int node, int count) => shape switch
    {
        _ when node == 0 => [],
        GraphShape.Chain => [node - 1],
        // The first half are leaves, each of the others takes two before it.
        GraphShape.Reduction => node <= count / 2 ? [] : [2 * (node - (count / 2) - 1), (2 * (node - (count / 2) - 1)) + 1],
        GraphShape.Diamonds => (node % 4) switch { 0 => [node - 1], 1 or 2 => [node - (node % 4)], _ => [node - 2, node - 1] },
        GraphShape.Layers => node < 10 ? [] : Some(((node / 10) - 1) * 10, (node / 10 * 10) - 1),
        GraphShape.Broadcast => [0],
        GraphShape.Random => Some(0, node - 1),
        _ => [],
    };

    private int[] Some(int first, int last)
    {
        var inputs = new int[chance.Between(0, InputsMax)];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = chance.Between(first, last);
        return inputs;
    }

    private NodePlan Node(NodeName name, int[] inputs)
    {
        int[]? functions = inputs.Length == 0 && chance.Happens(0.1) ? null
            : chance.Happens(0.05) ? []
            : chance.Happens(0.1) ? [chance.Between(0, Functions - 1), chance.Between(0, Functions - 1)]
            : [chance.Between(0, Functions - 1)];
        var spread = Math.Pow(100, options.DurationSpread);
        var duration = options.TaskDuration * chance.AcrossMagnitudes(1 / spread, spread);
        var outcome = functions is not null && chance.Happens(options.Failures) ? (Outcome)chance.Between(1, 5) : Outcome.Value;
        return new NodePlan(new CallPlan(name, chance.Next(), duration, Size(), outcome), functions, inputs);
    }

    private int Size() => chance.Happens(options.LargeOutputs) ? chance.Between(300, options.LargeBytesMax) : chance.Between(0, 60);
}
