using DaskVine.Simulation.Checkers;

namespace DaskVine.Simulation;

/// <summary>How a world went. <paramref name="Failure"/> is null when every property held.</summary>
public sealed record SimulationReport(Totals Totals, ulong StoryHash, string? Failure);

/// <summary>Runs one world from its options.</summary>
public static class SimulationRun
{
    private const int StoryLines = 40;

    public static SimulationReport Of(SimulationOptions options, string? arguments = null, TextWriter? print = null) =>
        Of(new World(options, print), arguments ?? $"--seed {options.Seed}");

    internal static SimulationReport Of(SimulationOptions options, Func<World, Watcher> scenario) =>
        Of(new World(options, null, scenario), "a scripted scenario");

    private static SimulationReport Of(World world, string arguments)
    {
        string? failure = null;
        try
        {
            world.Run();
        }
        catch (PropertyBrokenException e)
        {
            failure = Describe(world, arguments, e.Property, e.Message, e.Nodes);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = Describe(world, arguments, "nothing throws", e.ToString(), []);
        }

        return new SimulationReport(world.Totals, world.Story.Hash, failure);
    }

    private static string Describe(
        World world, string arguments, string property, string message, IReadOnlyCollection<NodeName> nodes) => $"""
        dotnet run --project tests/DaskVine.Simulation -c Release -- {arguments}
        broken at {world.Clock.Now.TotalMilliseconds:N4} ms: {property}: {message}
        {string.Join('\n', world.Story.About(nodes, StoryLines))}
        """;
}
