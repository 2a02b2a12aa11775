using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>What is asked for the tasks of a graph, by numbers that the manager is told when they are first used.</summary>
internal sealed class GraphOptions(Connection connection, int graph, GraphRequest request, GraphLibrary? library)
{
    private const double Thousandths = 1000;

    private readonly Dictionary<(Runtime Runtime, bool Checkpoint, TaskWishes? Wishes), int> _numbers = [];

    /// <summary>That of a node.</summary>
    /// <param name="node">A task.</param>
    /// <param name="runtime">Where it runs.</param>
    /// <param name="isCheckpoint">Whether its result goes to the manager at once.</param>
    public int Number(PlannedNode node, Runtime runtime, bool isCheckpoint)
    {
        var wishes = (node.Part.Item as Call)?.Wishes;
        var asked = (runtime, isCheckpoint || wishes is { Checkpoint: true }, wishes);
        if (_numbers.TryGetValue(asked, out var number))
            return number;
        _numbers.Add(asked, number = _numbers.Count + 1);
        Post(number, runtime, asked.Item2, wishes);
        return number;
    }

    private void Post(int number, Runtime runtime, bool isCheckpoint, TaskWishes? wishes)
    {
        var own = runtime == Runtime.Dotnet ? library : null;
        var resources = (wishes?.Resources ?? new Dictionary<string, double>())
            .Where(resource => resource.Value > 0)
            .ToDictionary(resource => resource.Key, resource => (long)Math.Ceiling(resource.Value * Thousandths));
        connection.Post(new TaskOptions(
            graph, number, (long)Math.Round((wishes?.Priority ?? request.Priority) * Thousandths), wishes?.Retries ?? request.Retries,
            [.. (wishes?.Workers ?? request.Workers).Order(StringComparer.Ordinal)], wishes?.AllowOtherWorkers ?? false, resources, [], isCheckpoint,
            own?.Number(connection), own?.CoresPerCall ?? 0));
    }
}
