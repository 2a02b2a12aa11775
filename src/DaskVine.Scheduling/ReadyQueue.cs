using System.Diagnostics.CodeAnalysis;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Ready tasks in <see cref="TaskOrder"/>. Most become ready in that order, so those that do are not sorted.</summary>
internal sealed class ReadyQueue
{
    // Together they contain every ready task of this queue; entries of tasks that are not ready any more are skipped when they come up.
    private readonly TaskRun _inOrder = new();
    private readonly PriorityQueue<VineTask, TaskOrder> _others = new();

    public IEnumerable<VineTask> Tasks => _inOrder.Tasks.Concat(_others.UnorderedItems.Select(item => item.Element));

    public void Add(VineTask task)
    {
        if (task.Queued)
            return;
        task.Queued = true;
        var order = TaskOrder.Of(task);
        if (!_inOrder.TryAdd(task, order))
            _others.Enqueue(task, order);
    }

    /// <summary>The first ready task, with the order that it was put in with.</summary>
    public bool TryPeek([NotNullWhen(true)] out VineTask? task, out TaskOrder order)
    {
        while (TryPeekEntry(out task, out order, out _))
        {
            if (task.State == VineTaskState.Ready)
                return true;
            Dequeue().Queued = false;
        }

        return false;
    }

    /// <summary>Takes a task out that is not ready any more, if it is here; it looks through all.</summary>
    public void Remove(VineTask task)
    {
        if (task.Queued && !_inOrder.Remove(task))
            _others.Remove(task, out _, out _);
        task.Queued = false;
    }

    /// <summary>Takes the task that <see cref="TryPeek"/> gave.</summary>
    public void Take(VineTask task)
    {
        if (!ReferenceEquals(Dequeue(), task))
            throw new InvalidOperationException("the ready queue changed between peek and take");
        task.Queued = false;
    }

    private bool TryPeekEntry([NotNullWhen(true)] out VineTask? task, out TaskOrder order, out bool isInOrder)
    {
        isInOrder = _inOrder.TryPeek(out task, out order);
        if (_others.Count == 0 || !_others.TryPeek(out var other, out var otherOrder) || (isInOrder && order < otherOrder))
            return isInOrder;
        (task, order, isInOrder) = (other, otherOrder, false);
        return true;
    }

    private VineTask Dequeue()
    {
        if (TryPeekEntry(out _, out _, out var isInOrder) && isInOrder)
            return _inOrder.Dequeue();
        return _others.Dequeue();
    }
}
