namespace DaskVine.Simulation;

/// <summary>Time that jumps to the next thing that happens.</summary>
internal sealed class VirtualClock
{
    // What happens at the same time happens in the order in which it was asked for.
    private readonly PriorityQueue<Action, (TimeSpan Time, long Order)> _queue = new();
    private long _order;

    public TimeSpan Now { get; private set; }

    /// <summary>Things that have happened.</summary>
    public long Steps { get; private set; }

    public void At(TimeSpan time, Action action) => _queue.Enqueue(action, (time < Now ? Now : time, _order++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets the next thing happen; false when there is nothing any more.</summary>
    public bool Step()
    {
        if (!_queue.TryDequeue(out var action, out var due))
            return false;
        Now = due.Time;
        Steps++;
        action();
        return true;
    }
}
