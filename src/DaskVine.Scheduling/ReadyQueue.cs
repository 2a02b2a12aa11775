using System.Diagnostics.CodeAnalysis;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Ready tasks in <see cref="TaskOrder"/>.</summary>
internal sealed class ReadyQueue
{
    // Contains every ready task of this queue; entries of tasks that are not ready any more are skipped when they come up.
    private readonly PriorityQueue<VineTask, TaskOrder> _queue = new();

    public IEnumerable<VineTask> Tasks => _queue.UnorderedItems.Select(item => item.Element);

    public void Add(VineTask task)
    {
        if (task.Queued)
            return;
        task.Queued = true;
        _queue.Enqueue(task, TaskOrder.Of(task));
    }

    /// <summary>The first ready task, with the order that it was put in with.</summary>
    public bool TryPeek([NotNullWhen(true)] out VineTask? task, out TaskOrder order)
    {
        while (_queue.TryPeek(out task, out order))
        {
            if (task.State == VineTaskState.Ready)
                return true;
            _queue.Dequeue();
            task.Queued = false;
        }

        return false;
    }

    /// <summary>Takes a task out that is not ready any more, if it is here; it looks through all.</summary>
    public void Remove(VineTask task)
    {
        if (task.Queued)
            _queue.Remove(task, out _, out _);
        task.Queued = false;
    }

    /// <summary>Takes the task that <see cref="TryPeek"/> gave.</summary>
    public void Take(VineTask task)
    {
        if (!ReferenceEquals(_queue.Dequeue(), task))
            throw new InvalidOperationException("the ready queue changed between peek and take");
        task.Queued = false;
    }
}
