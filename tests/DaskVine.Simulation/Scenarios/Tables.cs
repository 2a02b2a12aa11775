using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Scenarios;

/// <summary>The scenarios as tables, for people.</summary>
internal static class Tables
{
    private const double GB = 1e9;

    public static IReadOnlyDictionary<string, Action<TextWriter>> ByName { get; } = new Dictionary<string, Action<TextWriter>>
    {
        ["environment"] = Environment,
        ["spread"] = Spreading,
        ["storage"] = Storage,
        ["locality"] = Locality,
        ["replicas"] = Replicas,
    };

    private static void Environment(TextWriter print)
    {
        print.WriteLine("One file of 4.4 GB to all nodes of 16 cores. 10 Gbit/s each way per node and for the manager; the shared file system gives 100 Gbit/s together.");
        print.WriteLine();
        print.WriteLine("| nodes | peers: s | GB out of the manager | shared file system: s | GB out of it |");
        print.WriteLine("|---|---|---|---|---|");
        foreach (var nodes in new[] { 32, 64, 128, 256 })
        {
            var (peers, shared) = (Checked(Spread.Of(nodes, shared: false)), Checked(Spread.Of(nodes, shared: true)));
            print.WriteLine($"| {nodes} | {peers.Time.TotalSeconds:N1} | {peers.FromSource / GB:N1} | {shared.Time.TotalSeconds:N1} | {shared.FromSource / GB:N1} |");
        }
    }

    private static void Spreading(TextWriter print)
    {
        print.WriteLine("The same file, from the manager over peers.");
        print.WriteLine();
        print.WriteLine("| nodes | s | GB out of the manager |");
        print.WriteLine("|---|---|---|");
        foreach (var nodes in new[] { 10, 100, 1_000, 10_000 })
        {
            var result = Checked(Spread.Of(nodes, shared: false));
            print.WriteLine($"| {nodes:N0} | {result.Time.TotalSeconds:N1} | {result.FromSource / GB:N1} |");
        }
    }

    private static void Storage(TextWriter print)
    {
        print.WriteLine("4,000 sources of 8 MiB, a map each, sums: 8 workers of 4 cores.");
        print.WriteLine();
        print.WriteLine("| prune depth | disk of all workers, MiB | made, MiB | stored at most, MiB |");
        print.WriteLine("|---|---|---|---|");
        foreach (var (depth, disk) in new[] { (0, 0L), (1, 0L), (1, 1L << 30) })
        {
            var totals = Checked(Measured.Of(Shapes.Wide(500, depth), Measured.Options with { Disk = disk, CheckEvery = 2_000 }));
            print.WriteLine($"| {depth} | {(disk == 0 ? "no limit" : $"{8 * (disk >> 20):N0}")} | {totals.BytesMade >> 20:N0} | {totals.PeakStored >> 20:N0} |");
        }
    }

    private static void Locality(TextWriter print)
    {
        print.WriteLine("Bytes moved for each byte made, 8 workers of 4 cores.");
        print.WriteLine();
        print.WriteLine("| graph | a task, ms | where inputs are | anywhere | made, MiB |");
        print.WriteLine("|---|---|---|---|---|");
        foreach (var (name, ms, make) in Graphs())
        {
            var plan = make(TimeSpan.FromMilliseconds(ms));
            var near = Checked(Measured.Of(plan, Measured.Options));
            var any = Checked(Measured.Of(plan, Measured.Options with { AnyWorker = true }));
            print.WriteLine($"| {name} | {ms} | {Measured.Traffic(near):N2} | {Measured.Traffic(any):N2} | {near.BytesMade >> 20:N0} |");
        }
    }

    private static IEnumerable<(string Name, int Ms, Func<TimeSpan, GraphPlan> Make)> Graphs()
    {
        foreach (var ms in new[] { 2, 20 })
        {
            yield return ("shuffle", ms, duration => Shapes.Shuffle(duration));
            yield return ("tree", ms, duration => Shapes.Tree(duration));
            yield return ("histograms", ms, duration => Shapes.Histograms(duration));
        }
    }

    private static void Replicas(TextWriter print)
    {
        print.WriteLine("Ten graphs of 400 tasks in layers of ten, 50 ms each, large results; one of 8 workers is killed every 0.4 s and mostly replaced.");
        print.WriteLine();
        print.WriteLine("| temp-replica-count | finished tasks that ran again | deaths | virtual s |");
        print.WriteLine("|---|---|---|---|");
        foreach (var replicas in new[] { 1, 2, 3 })
        {
            var totals = new Totals();
            for (var seed = 1UL; seed <= 10; seed++)
                totals.Add(Checked(Measured.UnderDeaths(seed, replicas)));
            print.WriteLine($"| {replicas} | {totals.Redone:N0} | {totals.Faults.GetValueOrDefault("worker death"):N0} | {totals.VirtualTime.TotalSeconds:N0} |");
        }
    }

    private static SpreadResult Checked(SpreadResult result)
    {
        Checked(result.Report);
        return result;
    }

    private static Totals Checked(SimulationReport report) => report.Failure is null ? report.Totals : throw new PropertyBrokenException("scenario", report.Failure);
}
