using System.Diagnostics;

namespace DaskVine.Simulation;

internal static class Program
{
    public static int Main(string[] args)
    {
        CommandLine line;
        try
        {
            line = CommandLine.Parse(args);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"{e.Message}\n{CommandLine.Usage}");
            return 2;
        }

        var clock = Stopwatch.StartNew();
        var (worlds, totals, failures) = RunAll(line, clock);
        Console.WriteLine(totals);
        Console.WriteLine(
            $"{worlds:N0} worlds, {failures.Count} failures, {clock.Elapsed.TotalSeconds:N1} s, "
            + $"{Environment.WorkingSet >> 20:N0} MiB at the end, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20:N0} MiB at most");
        foreach (var failure in failures.Take(5))
            Console.WriteLine($"\n{failure}");
        return failures.Count > 0 ? 1 : 0;
    }

    private static (long Worlds, Totals Totals, List<string> Failures) RunAll(CommandLine line, Stopwatch clock)
    {
        var totals = new Totals();
        var failures = new List<string>();
        var worlds = 0L;
        var gate = new Lock();
        var degree = new ParallelOptions { MaxDegreeOfParallelism = line.Trace ? 1 : Environment.ProcessorCount };
        Parallel.ForEach(Seeds(line, clock), degree, seed =>
        {
            var report = SimulationRun.Of(line.OptionsOf(seed), line.ArgumentsOf(seed), line.Trace ? Console.Out : null);
            lock (gate)
            {
                worlds++;
                totals.Add(report.Totals);
                if (report.Failure is { } failure)
                    failures.Add(failure);
            }
        });
        return (worlds, totals, failures);
    }

    private static IEnumerable<ulong> Seeds(CommandLine line, Stopwatch clock)
    {
        for (var seed = line.First; seed <= line.Last || clock.Elapsed.TotalMinutes < line.Minutes; seed++)
            yield return seed;
    }
}
