using DaskVine.Protocol.Links;

namespace DaskVine.Simulation;

/// <summary>Draws a world: of ten seeds some have no fault at all, most have a few kinds, and some have all of them.</summary>
public static class WorldDraw
{
    public static SimulationOptions Of(ulong seed)
    {
        var chance = new Chance(Chance.Mix(seed));
        var calm = new SimulationOptions
        {
            Seed = seed,
            Workers = chance.Between(1, 6),
            CoresMax = chance.Between(1, 6),
            Clients = chance.Between(1, 3),
            GraphsPerClient = chance.Between(1, 3),
            TasksPerGraph = (int)chance.AcrossMagnitudes(3, 120),
            TaskDuration = TimeSpan.FromMicroseconds(chance.AcrossMagnitudes(5, 50_000)),
            DurationSpread = chance.Unit(),
            LargeOutputs = chance.Pick([0, 0.3, 0.7, 1]),
            LargeBytesMax = (int)chance.AcrossMagnitudes(5_000, 200_000),
            ChunkBytes = chance.Pick([1 << 12, 1 << 14, 1 << 20]),
            InlineLimit = chance.Pick([256, 4096, 16_384]),
            Credit = chance.Pick([2_000, 30_000, Link.DefaultCredit]),
            Delay = TimeSpan.FromMicroseconds(chance.AcrossMagnitudes(20, 20_000)),
            DelayJitter = TimeSpan.FromMicroseconds(chance.AcrossMagnitudes(1, 20_000)),
            Heartbeat = TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(500, 5_000)),
            TasksMode = chance.Pick([0, 0, 0.5]),
            Arrival = TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(1, 2_000)),
            SlowWorkers = chance.Pick([0, 0, 0.3]),
            AskingGraphs = chance.Pick([0, 0.5, 1]),
        };
        var world = Crowded(Connected(Sick(calm, chance), new Chance(Chance.Mix(~seed))), new Chance(Chance.Mix(seed ^ 0x5E55)));
        return WithLibraries(world, new Chance(Chance.Mix(seed ^ 0x11B)));
    }

    // Drawn apart, too.
    private static SimulationOptions WithLibraries(SimulationOptions world, Chance chance) => world with
    {
        Libraries = chance.Pick([0, 0, 0.5, 1]),
        MostLibraries = chance.Pick([1, 2, 3, 16]),
        SetupTime = TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(1, 3_000)),
    };

    // Drawn apart for the same reason as what is connected. A disk holds a few of the largest files.
    private static SimulationOptions Crowded(SimulationOptions world, Chance chance) => world with
    {
        Sessions = chance.Pick([0, 0, 0.5, 1]),
        Disk = chance.Pick([0, 0, 0, chance.Between(2, 20) * (long)world.LargeBytesMax]),
        Makers = chance.Pick([0, 0.1, 0.3]),
    };

    private static SimulationOptions Sick(SimulationOptions calm, Chance chance)
    {
        return chance.Between(0, 9) switch
        {
            0 => calm,
            < 8 => WithFaults(calm, chance, 0.35),
            _ => WithFaults(calm, chance, 1),
        };
    }

    // Drawn apart, so that what was drawn before stays as it was.
    private static SimulationOptions Connected(SimulationOptions world, Chance chance)
    {
        var faults = world.FaultsEnd > TimeSpan.Zero;
        TimeSpan? Sometimes(double lowMs, double highMs) =>
            faults && chance.Happens(0.5) ? TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(lowMs, highMs)) : null;

        return world with
        {
            Bandwidth = chance.AcrossMagnitudes(1e5, 1e9),
            SharedBandwidth = chance.AcrossMagnitudes(1e5, 1e9),
            WorkersPerHost = chance.Pick([1, 1, 2, 100]),
            Peerless = chance.Pick([0, 0, 0.3, 1]),
            ManagerServes = chance.Happens(0.5),
            Replicas = chance.Pick([1, 1, 2, 3]),
            VariedGraphs = chance.Pick([0, 0.5, 1]),
            DeclaredFiles = chance.Pick([0, 0, 0.3, 1]),
            AnyWorker = chance.Happens(0.1),
            BrokenTransfers = Sometimes(10, 1_000),
            DamagedFiles = Sometimes(20, 2_000),
            CorruptTransfers = faults && chance.Happens(0.4) ? chance.AcrossMagnitudes(0.005, 0.2) : 0,
            ClosedPairs = chance.Pick([0, 0, 0.1, 0.5, 1]),
        };
    }

    /// <summary>The same world where nothing breaks.</summary>
    public static SimulationOptions WithoutFaults(SimulationOptions options) => options with
    {
        FaultsEnd = TimeSpan.Zero,
        Failures = 0,
        Cancellations = 0,
    };

    private static SimulationOptions WithFaults(SimulationOptions calm, Chance chance, double share)
    {
        TimeSpan? Between(double lowMs, double highMs)
        {
            var mean = TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(lowMs, highMs));
            return chance.Happens(share) ? mean : null;
        }

        double Rate(double low, double high)
        {
            var rate = chance.AcrossMagnitudes(low, high);
            return chance.Happens(share) ? rate : 0;
        }

        return calm with
        {
            FaultsEnd = TimeSpan.FromMilliseconds(chance.AcrossMagnitudes(100, 20_000)),
            WorkerDeaths = Between(50, 5_000),
            WorkerGoodbyes = Between(100, 5_000),
            LibraryDeaths = Between(50, 5_000),
            LinkResets = Between(20, 5_000),
            DoorBreaks = Between(50, 5_000),
            Gaps = Between(20, 2_000),
            Partitions = Between(500, 10_000),
            ClientResets = Between(500, 10_000),
            ClientDeaths = Between(5_000, 50_000),
            ChildDeaths = Rate(0.001, 0.05),
            UnreadableFiles = Rate(0.01, 0.5),
            Failures = Rate(0.0005, 0.02),
            Cancellations = Rate(0.05, 0.5),
        };
    }
}
