namespace DaskVine.Scheduling.Model;

/// <summary>The tasks at a worker in the order of assignment, linked through the tasks so that any can leave at once.</summary>
internal sealed class AssignedTasks
{
    public VineTask? First { get; private set; }

    public VineTask? Last { get; private set; }

    public int Count { get; private set; }

    public void Add(VineTask task)
    {
        task.Previous = Last;
        task.Next = null;
        if (Last is null)
            First = task;
        else
            Last.Next = task;
        Last = task;
        Count++;
    }

    public void Remove(VineTask task)
    {
        if (task.Previous is null)
            First = task.Next;
        else
            task.Previous.Next = task.Next;
        if (task.Next is null)
            Last = task.Previous;
        else
            task.Next.Previous = task.Previous;
        task.Previous = task.Next = null;
        Count--;
    }

    /// <summary>A copy, for loops that take tasks away.</summary>
    public List<VineTask> ToList()
    {
        var tasks = new List<VineTask>(Count);
        for (var task = First; task is not null; task = task.Next)
            tasks.Add(task);
        return tasks;
    }
}
