namespace DaskVine.Worker;

/// <summary>A few threads for what blocks: started when they are needed, the rest queues in order.</summary>
internal sealed class WorkThreads(string name, int most) : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Action> _queue = new();
    private readonly List<Thread> _threads = [];
    private int _idle;
    private bool _ended;

    /// <summary>Has an action run; it must not throw.</summary>
    public void Run(Action action)
    {
        lock (_gate)
        {
            _queue.Enqueue(action);
            if (_idle >= _queue.Count)
                Monitor.Pulse(_gate);
            else if (_threads.Count < most)
                Start();
        }
    }

    /// <summary>Drops what has not begun, and waits for what has.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _queue.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Start()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    private void Work()
    {
        while (Next() is { } action)
            action();
    }

    private Action? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (_queue.Count == 0 && !_ended)
                Monitor.Wait(_gate);
            _idle--;
            return _ended ? null : _queue.Dequeue();
        }
    }
}
