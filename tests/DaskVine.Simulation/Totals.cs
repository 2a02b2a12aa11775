namespace DaskVine.Simulation;

/// <summary>What happened in a world, counted.</summary>
public sealed class Totals
{
    /// <summary>How often each kind of fault was injected.</summary>
    public SortedDictionary<string, long> Faults { get; } = [];

    public long Steps { get; set; }

    public long Tasks { get; set; }

    public long Starts { get; set; }

    /// <summary>Of those, by libraries beside the workers' own.</summary>
    public long LibraryStarts { get; set; }

    /// <summary>Starts of tasks that had started before.</summary>
    public long Restarts { get; set; }

    /// <summary>Tasks that had finished and were assigned again.</summary>
    public long Redone { get; set; }

    public long Results { get; set; }

    public long Messages { get; set; }

    public long MessagesLost { get; set; }

    public long GraphsDone { get; set; }

    public long GraphsFailed { get; set; }

    public long GraphsCancelled { get; set; }

    /// <summary>Files that came to a worker other than by the link.</summary>
    public long Transfers { get; set; }

    public long TransfersFailed { get; set; }

    /// <summary>Between processes, other than by the link.</summary>
    public long BytesMoved { get; set; }

    /// <summary>Of files that came to a worker without being moved.</summary>
    public long BytesLinked { get; set; }

    /// <summary>Of large files between the manager and workers.</summary>
    public long BytesByLink { get; set; }

    /// <summary>By tasks, and left at their workers.</summary>
    public long BytesMade { get; set; }

    /// <summary>What all caches together held at most.</summary>
    public long PeakStored { get; set; }

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
        LibraryStarts += other.LibraryStarts;
        Restarts += other.Restarts;
        Redone += other.Redone;
        Results += other.Results;
        Messages += other.Messages;
        MessagesLost += other.MessagesLost;
        GraphsDone += other.GraphsDone;
        GraphsFailed += other.GraphsFailed;
        GraphsCancelled += other.GraphsCancelled;
        Transfers += other.Transfers;
        TransfersFailed += other.TransfersFailed;
        BytesMoved += other.BytesMoved;
        BytesLinked += other.BytesLinked;
        BytesByLink += other.BytesByLink;
        BytesMade += other.BytesMade;
        PeakStored = Math.Max(PeakStored, other.PeakStored);
        VirtualTime += other.VirtualTime;
        SchedulerTime += other.SchedulerTime;
    }

    public override string ToString()
    {
        var faults = Faults.Count == 0 ? "none" : string.Join(", ", Faults.Select(fault => $"{fault.Key} {fault.Value:N0}"));
        return $"""
            steps {Steps:N0}, virtual time {VirtualTime.TotalSeconds:N1} s, messages {Messages:N0} ({MessagesLost:N0} lost)
            tasks {Tasks:N0}, starts {Starts:N0} ({LibraryStarts:N0} in libraries, {Restarts:N0} again, {Redone:N0} that had finished), results {Results:N0}
            transfers {Transfers:N0} ({TransfersFailed:N0} failed), MiB made {BytesMade >> 20:N0}, moved {BytesMoved >> 20:N0}, linked {BytesLinked >> 20:N0}, by link {BytesByLink >> 20:N0}, stored at most {PeakStored >> 20:N0}
            scheduler {SchedulerTime.TotalSeconds:N2} s
            graphs done {GraphsDone:N0}, failed {GraphsFailed:N0}, cancelled {GraphsCancelled:N0}
            faults: {faults}
            """;
    }
}
