namespace DaskVine.WorkerState;

/// <summary>How long to wait before a process that gets nothing done is started again: not at all, then doubling up to a limit.</summary>
internal sealed class RestartDelay(TimeSpan first, TimeSpan limit)
{
    private TimeSpan _next = TimeSpan.Zero;

    public TimeSpan Next()
    {
        var delay = _next;
        _next = delay == TimeSpan.Zero ? first : delay >= limit / 2 ? limit : delay * 2;
        return delay;
    }

    public void Reset() => _next = TimeSpan.Zero;
}
