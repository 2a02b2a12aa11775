using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Ready tasks by priority: what rebuilds a lost file first, then by node number counted from when the graph was opened. Nodes come in
/// depth-first order, so this finishes what frees memory, and graphs that run side by side take turns.
/// </summary>
internal sealed class ReadyQueue
{
    // Contains every ready task; entries of tasks that are not ready any more are skipped when they come up.
    private readonly PriorityQueue<VineTask, (bool Normal, long Order, long Id)> _queue = new();

    /// <summary>Order of the last task that was taken: where a new graph starts.</summary>
    public long Clock { get; private set; }

    public void Add(VineTask task)
    {
        if (task.Queued)
            return;
        task.Queued = true;
        _queue.Enqueue(task, (!task.Recovering, task.Graph.Start + task.Output.Node, task.Id.Value));
    }

    /// <summary>The first ready task, or null.</summary>
    public VineTask? Peek()
    {
        while (_queue.TryPeek(out var task, out _))
        {
            if (task.State == VineTaskState.Ready)
                return task;
            _queue.Dequeue();
            task.Queued = false;
        }

        return null;
    }

    /// <summary>Takes the task that <see cref="Peek"/> gave.</summary>
    public void Take(VineTask task)
    {
        if (!ReferenceEquals(_queue.Dequeue(), task))
            throw new InvalidOperationException("the ready queue changed between peek and take");
        task.Queued = false;
        Clock = Math.Max(Clock, task.Graph.Start + task.Output.Node);
    }

    public IEnumerable<VineTask> Tasks => _queue.UnorderedItems.Select(item => item.Element);
}
