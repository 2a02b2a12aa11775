using DaskVine.Arrow;
using DaskVine.Client;

namespace DaskVine.Histograms;

/// <summary>What workers run. Histograms travel as Arrow tables.</summary>
internal static class EventTasks
{
    /// <summary>How many histograms a task adds up: enough that there are few tasks, and few enough that none waits for many.</summary>
    internal const int FanIn = 8;

    /// <summary>The call that opens a partition. Those in one task share the mapped file.</summary>
    internal static Call Opening(EventPartition partition) => Call.Of(Open, partition.Path, partition.Number);

    /// <summary>The task of a partition that fills a histogram.</summary>
    internal static Delayed<ArrowTable> Fill(EventPartition partition, FillPlan plan) => Delayed.Call<ArrowTable>(Filled, Opening(partition), plan);

    /// <summary>The task of a partition that calls a kernel.</summary>
    internal static Delayed<ArrowTable> Apply(EventPartition partition, Call kernel) => Delayed.Call<ArrowTable>(Table, Opening(partition), kernel);

    /// <summary>Adds up in a tree, so that no worker gets all.</summary>
    internal static Delayed<ArrowTable> Sum(IEnumerable<Delayed<ArrowTable>> parts)
    {
        var level = parts.ToList();
        while (level.Count > 1)
            level = [.. level.Chunk(FanIn).Select(group => group is [var alone] ? alone : Delayed.Call<ArrowTable>(Add, (object)group.ToList()))];
        return level[0];
    }

    /// <summary>Nothing but the histogram: the events are there so that they stay mapped while their kernel runs.</summary>
    private static ArrowTable Table(Events events, Hist hist)
    {
        GC.KeepAlive(events);
        return hist.ToArrow();
    }

    private static Events Open(string path, int? partition) => Events.Open(path, partition);

    private static ArrowTable Filled(Events events, FillPlan plan) => plan.Fill(events).ToArrow();

    private static ArrowTable Add(IReadOnlyList<ArrowTable> parts)
    {
        var sum = Hist.FromArrow(parts[0]);
        foreach (var part in parts.Skip(1))
            sum.Add(Hist.FromArrow(part));
        return sum.ToArrow();
    }
}
