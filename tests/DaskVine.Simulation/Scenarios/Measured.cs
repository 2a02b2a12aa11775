using DaskVine.Simulation.Checkers;
using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Scenarios;

/// <summary>Runs a graph on workers that are all alike, without faults unless options say so.</summary>
internal static class Measured
{
    private const int Workers = 8;
    private const int Cores = 4;

    public static SimulationOptions Options { get; } = new()
    {
        Seed = 1,
        Workers = 0,
        Clients = 0,
        ByteScale = Shapes.Scale,
        InlineLimit = 64,
        ManagerServes = true,
        CheckEvery = 50,
    };

    public static SimulationReport Of(GraphPlan plan, SimulationOptions options) => SimulationRun.Of(options, world =>
    {
        world.AddClient([plan]);
        for (var worker = 0; worker < Workers; worker++)
            world.AddWorker(new WorkerPlan(Cores) { Disk = options.Disk });
        return new Idle();
    });

    /// <summary>Bytes moved for each byte that tasks made.</summary>
    public static double Traffic(Totals totals) => (double)(totals.BytesMoved + totals.BytesByLink) / totals.BytesMade;

    /// <summary>Layers of large results under repeated deaths of workers.</summary>
    public static SimulationReport UnderDeaths(ulong seed, int replicas) => SimulationRun.Of(new SimulationOptions
    {
        Seed = seed,
        Workers = Workers,
        CoresMax = Cores,
        TasksPerGraph = 400,
        Shape = GraphShape.Layers,
        TaskDuration = TimeSpan.FromMilliseconds(50),
        DurationSpread = 0,
        LargeOutputs = 1,
        InlineLimit = 64,
        ManagerServes = true,
        Replicas = replicas,
        WorkerDeaths = TimeSpan.FromMilliseconds(400),
        FaultsEnd = TimeSpan.FromMinutes(10),
        CheckEvery = 10,
    });

    private sealed class Idle : Watcher;
}
