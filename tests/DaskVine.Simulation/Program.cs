using System.Diagnostics;

namespace DaskVine.Simulation;

internal static class Program
{
    private const int KindsShown = 12;

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

        if (line.Tables.Count > 0)
        {
            foreach (var table in line.Tables)
                table(Console.Out);
            return 0;
        }

        var clock = Stopwatch.StartNew();
        var (worlds, totals, failures) = RunAll(line, clock);
        Console.WriteLine(totals);
        Console.WriteLine(
            $"{worlds:N0} worlds, {failures.Count} failures, {clock.Elapsed.TotalSeconds:N1} s, "
            + $"{Environment.WorkingSet >> 20:N0} MiB at the end, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20:N0} MiB at most");
        foreach (var alike in failures.GroupBy(KindOf).OrderByDescending(group => group.Count()).Take(KindsShown))
            Console.WriteLine($"\n{alike.Count():N0} of this kind, such as\n{alike.MinBy(failure => failure.Length)}");
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

    // Which property was broken and how, whatever the numbers are.
    private static string KindOf(string failure)
    {
        var what = failure.Split('\n')[1];
        return string.Concat(what[what.IndexOf("ms: ", StringComparison.Ordinal)..].Where(letter => !char.IsAsciiDigit(letter)));
    }

    private static IEnumerable<ulong> Seeds(CommandLine line, Stopwatch clock)
    {
        for (var seed = line.First; seed <= line.Last || clock.Elapsed.TotalMinutes < line.Minutes; seed++)
            yield return seed;
    }
}
