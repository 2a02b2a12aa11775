using System.Diagnostics.CodeAnalysis;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Tasks that came in <see cref="TaskOrder"/>.</summary>
internal sealed class TaskRun
{
    private const int FirstLength = 16;

    // A ring: _count entries from _first on. Null where one was removed; the first is never null.
    private VineTask?[] _tasks = new VineTask?[FirstLength];
    private TaskOrder[] _orders = new TaskOrder[FirstLength];
    private int _first;
    private int _count;

    public IEnumerable<VineTask> Tasks => Enumerable.Range(0, _count).Select(i => _tasks[PlaceOf(i)]).OfType<VineTask>();

    /// <summary>Adds a task unless it comes before the last one.</summary>
    public bool TryAdd(VineTask task, in TaskOrder order)
    {
        if (_count > 0 && order < _orders[PlaceOf(_count - 1)])
            return false;
        if (_count == _tasks.Length)
            Grow();
        var place = PlaceOf(_count++);
        (_tasks[place], _orders[place]) = (task, order);
        return true;
    }

    public bool TryPeek([NotNullWhen(true)] out VineTask? task, out TaskOrder order)
    {
        (task, order) = _count > 0 ? (_tasks[_first], _orders[_first]) : (null, default);
        return task is not null;
    }

    /// <summary>Takes the first; there has to be one.</summary>
    public VineTask Dequeue()
    {
        var task = _tasks[_first]!;
        _tasks[_first] = null;
        DropRemoved();
        return task;
    }

    /// <summary>Takes a task out if it is here; looks through all.</summary>
    public bool Remove(VineTask task)
    {
        var place = Array.IndexOf(_tasks, task);
        if (place < 0)
            return false;
        _tasks[place] = null;
        if (place == _first)
            DropRemoved();
        return true;
    }

    private int PlaceOf(int index) => (_first + index) & (_tasks.Length - 1);

    private void DropRemoved()
    {
        while (_count > 0 && _tasks[_first] is null)
        {
            _first = PlaceOf(1);
            _count--;
        }
    }

    private void Grow()
    {
        var (tasks, orders) = (new VineTask?[_count * 2], new TaskOrder[_count * 2]);
        for (var i = 0; i < _count; i++)
            (tasks[i], orders[i]) = (_tasks[PlaceOf(i)], _orders[PlaceOf(i)]);
        (_tasks, _orders, _first) = (tasks, orders, 0);
    }
}
