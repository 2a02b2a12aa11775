using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Simulation.Graphs;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Simulation.Clients;

/// <summary>How a session numbers its nodes, and what its commands look like on the link.</summary>
internal static class SessionSubmission
{
    /// <summary>An output, and the command that makes it, whose value is the report.</summary>
    public static IEnumerable<Record> Command(GraphPlan plan, int graph, int index)
    {
        var node = plan.Nodes[index];
        var file = plan.NumberOf(index);
        var spec = new CommandSpec
        {
            Command = Convert.ToHexString(node.Call.Write()),
            Inputs = [.. node.Inputs.Select((_, i) => new CommandInput($"in{i}"))],
            Outputs = [new CommandOutput("out")],
            Cores = node.Cores,
        };
        int[] inputs = [.. node.Inputs.Select(plan.NumberOf)];
        yield return new SubmitFiles(graph, file, [new DeclaredFile(FileKind.Output, "", "", node.Call.Size, CacheLevel.Workflow, Shared: true)]);
        yield return new SubmitCommand(
            graph, file + 1, spec.ToBytes(), inputs, [file], $"{node.Call.Name}", node.Options?.Number ?? 0, node.Role == NodeRole.Maker);
    }
}
