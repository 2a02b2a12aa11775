using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// What the one thread of a worker waits for: sockets, moments, and what other threads post. Handlers run on that thread, one at a time.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private readonly ZmqPoller _poller = new();
    private readonly ConcurrentQueue<Action> _posted = new();

    // By time; cancelled ones are skipped when their time comes.
    private readonly PriorityQueue<Alarm, TimeSpan> _alarms = new();

    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    public ZmqPollItem Watch(Socket socket, Action<ZmqPollEvents> ready) =>
        _poller.Add((int)socket.SafeHandle.DangerousGetHandle(), ZmqPollEvents.In, ready);

    public ZmqPollItem Watch(ZmqSocket socket, Action<ZmqPollEvents> ready) => _poller.Add(socket, ZmqPollEvents.In, ready);

    /// <summary>To be called before what the item is of is closed.</summary>
    public void Unwatch(ZmqPollItem item) => _poller.Remove(item);

    /// <summary>Has an action run by the loop; may be called on any thread, also after the end, when nothing comes of it.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        try
        {
            _poller.Wake();
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended before a thread that had something to tell: there is nobody to be told.
        }
    }

    public Alarm After(TimeSpan delay, Action action)
    {
        var alarm = new Alarm(action);
        _alarms.Enqueue(alarm, Now + delay);
        return alarm;
    }

    /// <summary>Waits until something is ready or a moment has come, and runs every handler whose turn it is.</summary>
    public void Round(TimeSpan until)
    {
        if (_alarms.TryPeek(out _, out var first) && first < until)
            until = first;
        var left = until == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : until - Now;
        _poller.Poll(left < TimeSpan.Zero && until != TimeSpan.MaxValue ? TimeSpan.Zero : left);
        foreach (var item in _poller.Ready)
            ((Action<ZmqPollEvents>)item.Token!)(item.Ready);
        // After the sockets: what a process wrote last counts before its end.
        while (_posted.TryDequeue(out var action))
            action();
        while (_alarms.TryPeek(out var alarm, out var time) && time <= Now)
        {
            _alarms.Dequeue();
            alarm.Ring();
        }
    }

    public void Dispose() => _poller.Dispose();

    /// <summary>An action at a time.</summary>
    internal sealed class Alarm(Action action)
    {
        private Action? _action = action;

        public void Cancel() => _action = null;

        public void Ring() => _action?.Invoke();
    }
}
