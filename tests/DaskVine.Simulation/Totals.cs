namespace DaskVine.Simulation;

/// <summary>What happened in a world, counted.</summary>
public sealed class Totals
{
    /// <summary>How often each kind of fault was injected.</summary>
    public SortedDictionary<string, long> Faults { get; } = [];

    public long Steps { get; set; }

    public long Tasks { get; set; }

    public long Starts { get; set; }

    /// <summary>Starts of tasks that had started before.</summary>
    public long Restarts { get; set; }

    public long Results { get; set; }

    public long Messages { get; set; }

    public long MessagesLost { get; set; }

    public long GraphsDone { get; set; }

    public long GraphsFailed { get; set; }

    public long GraphsCancelled { get; set; }

    public TimeSpan VirtualTime { get; set; }

    /// <summary>Real time that the manager's core took.</summary>
    public TimeSpan SchedulerTime { get; set; }

    public void CountFault(string kind) => Faults[kind] = Faults.GetValueOrDefault(kind) + 1;

    public void Add(Totals other)
    {
        foreach (var (kind, count) in other.Faults)
            Faults[kind] = Faults.GetValueOrDefault(kind) + count;
        Steps += other.Steps;
        Tasks += other.Tasks;
        Starts += other.Starts;
        Restarts += other.Restarts;
        Results += other.Results;
        Messages += other.Messages;
        MessagesLost += other.MessagesLost;
        GraphsDone += other.GraphsDone;
        GraphsFailed += other.GraphsFailed;
        GraphsCancelled += other.GraphsCancelled;
        VirtualTime += other.VirtualTime;
        SchedulerTime += other.SchedulerTime;
    }

    public override string ToString()
    {
        var faults = Faults.Count == 0 ? "none" : string.Join(", ", Faults.Select(fault => $"{fault.Key} {fault.Value:N0}"));
        return $"""
            steps {Steps:N0}, virtual time {VirtualTime.TotalSeconds:N1} s, messages {Messages:N0} ({MessagesLost:N0} lost)
            tasks {Tasks:N0}, starts {Starts:N0} ({Restarts:N0} again), results {Results:N0}
            scheduler {SchedulerTime.TotalSeconds:N2} s
            graphs done {GraphsDone:N0}, failed {GraphsFailed:N0}, cancelled {GraphsCancelled:N0}
            faults: {faults}
            """;
    }
}
