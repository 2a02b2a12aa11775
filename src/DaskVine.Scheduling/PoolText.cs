using System.Globalization;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What tasks ask of a worker, in words.</summary>
internal static class PoolText
{
    public static string Unserved(WorkerPool pool, string key)
    {
        var needs = new List<string>();
        var start = new List<string> { "daskvine worker" };
        if (pool.Names.Length > 0)
        {
            needs.Add($"the name {string.Join(" or ", pool.Names)}");
            start.Add($"--worker-name {pool.Names[0]}");
        }

        if (pool.Cores > 1)
        {
            needs.Add($"{pool.Cores} cores");
            start.Add($"--cores {pool.Cores}");
        }

        foreach (var (name, amount) in pool.Resources)
        {
            needs.Add($"{name}={Amount(amount)}");
            start.Add($"--resources {name}={Amount(amount)}");
        }

        var holds = pool.Held.Length > 0;
        if (holds)
            needs.Add("files that are not brought there for it (strict_input)");
        var help = holds ? "it waits until another task has them there" : $"start one with '{string.Join(' ', start)}'";
        return $"task {key}, and perhaps others, can run on no worker that is connected: it needs one with {string.Join(" and ", needs)}; {help}";
    }

    private static string Amount(long thousandths) => (thousandths / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
