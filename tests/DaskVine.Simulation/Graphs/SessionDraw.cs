using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>Makes a session of a graph: its calls become commands with an output each, makers of files, or stay calls among them.</summary>
internal static class SessionDraw
{
    public static NodePlan[] Draw(NodePlan[] nodes, SimulationOptions options, Chance chance) =>
        [.. nodes.Select(node => Node(node, options, chance))];

    private static NodePlan Node(NodePlan node, SimulationOptions options, Chance chance)
    {
        if (node.Declared is not null)
            return node;
        if (node.IsLiteral)
            return node with { Declared = FileKind.Data, Options = null };
        if (chance.Happens(options.Makers))
            return node with { Role = NodeRole.Maker, Options = null };
        return node.Functions!.Length > 0 && chance.Happens(0.2)
            ? node
            : node with { Role = NodeRole.Command, Cores = chance.Happens(0.3) ? chance.Between(1, options.CoresMax) : null };
    }
}
