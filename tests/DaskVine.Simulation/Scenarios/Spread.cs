using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Checkers;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Scenarios;

/// <summary>How one file came to all nodes. <paramref name="FromSource"/>: bytes that its first source gave.</summary>
internal sealed record SpreadResult(TimeSpan Time, double FromSource, SimulationReport Report);

/// <summary>One large file that a task at every node reads.</summary>
internal static class Spread
{
    private const int Scale = 100_000;

    /// <summary>Of the environment that is distributed: 4.4 GB.</summary>
    public const long FileBytes = 44_000L * Scale;

    /// <param name="nodes">Workers of 16 cores.</param>
    /// <param name="shared">All read it from the shared file system; else it spreads from the manager.</param>
    public static SpreadResult Of(int nodes, bool shared)
    {
        var sketch = new GraphSketch(TimeSpan.FromSeconds(1));
        var file = sketch.Declare(shared ? FileKind.Shared : FileKind.Path, (int)(FileBytes / Scale));
        for (var node = 0; node < nodes; node++)
            sketch.CallOncePerWorker("node", file);
        var plan = sketch.Plan();
        var options = new SimulationOptions
        {
            Seed = 1,
            Workers = 0,
            Clients = 0,
            ByteScale = Scale,
            ManagerServes = true,
            CheckEvery = int.MaxValue,
            Heartbeat = TimeSpan.FromSeconds(30),
        };
        Stopper? stopper = null;
        World? world = null;
        var report = SimulationRun.Of(options, made =>
        {
            world = made;
            made.AddClient([plan]);
            for (var node = 0; node < nodes; node++)
                made.AddWorker(new WorkerPlan(16, 1, null, new Dictionary<string, long> { ["node"] = 1_000 }));
            return stopper = new Stopper(made);
        });
        var source = shared ? world!.SharedFiles.Node : world!.Manager.Node;
        return new SpreadResult(stopper!.Last - stopper.First, source.Up.Passed, report);
    }

    private sealed class Stopper(World world) : Watcher
    {
        public TimeSpan First { get; private set; } = TimeSpan.MaxValue;

        public TimeSpan Last { get; private set; }

        public override void OnIntention(SchedulerEffect effect)
        {
            if (effect is ToWorker { Record: Transfer } && First == TimeSpan.MaxValue)
                First = world.Clock.Now;
        }

        public override void OnFact(SchedulerEvent happened)
        {
            if (happened is WorkerSent { Record: Transferred })
                Last = world.Clock.Now;
        }
    }
}
