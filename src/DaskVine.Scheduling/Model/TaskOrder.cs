namespace DaskVine.Scheduling.Model;

/// <summary>
/// Which ready task comes first: what rebuilds a lost file, then the higher priority, then the node's number counted from when the graph
/// was opened. Nodes come in depth-first order, so this finishes what frees memory, and graphs that run side by side take turns.
/// </summary>
internal readonly record struct TaskOrder(long Rank, long Place, long Id) : IComparable<TaskOrder>
{
    public static TaskOrder Of(VineTask task) =>
        new(task.Recovering ? long.MinValue : -task.Options.Priority, task.Graph.Start + task.Output.Node, task.Id.Value);

    public static bool operator <(TaskOrder a, TaskOrder b) => a.CompareTo(b) < 0;

    public static bool operator >(TaskOrder a, TaskOrder b) => a.CompareTo(b) > 0;

    public static bool operator <=(TaskOrder a, TaskOrder b) => a.CompareTo(b) <= 0;

    public static bool operator >=(TaskOrder a, TaskOrder b) => a.CompareTo(b) >= 0;

    public int CompareTo(TaskOrder other)
    {
        if (Rank != other.Rank)
            return Rank < other.Rank ? -1 : 1;
        if (Place != other.Place)
            return Place < other.Place ? -1 : 1;
        return Id.CompareTo(other.Id);
    }
}
