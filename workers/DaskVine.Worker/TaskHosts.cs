using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>
/// Processes of tasks: a fresh interpreter each, in a directory of its own, at most one task's per slot. Where one task follows another, the
/// interpreter of the next is started before it is asked for.
/// </summary>
internal sealed class TaskHosts : IHostOwner, IDisposable
{
    // An interpreter runs its users' exit handlers; it is not waited for longer than this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A task that comes so soon after another is one of many.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    // A task that is shorter leaves no time to start the next one's interpreter after it.
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    // How long an interpreter waits for a task: not for the next graph, which may come after packages were changed.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    private readonly WorkerOptions _options;
    private readonly HostLogs _logs;
    private readonly CacheDirectory _cache;
    private readonly EventLoop _loop;
    private readonly WorkerLog _log;
    private readonly Action<WorkerEvent> _raise;
    private readonly HostListener _listener;
    private readonly Place[] _slots;
    private int _started;

    public TaskHosts(
        WorkerOptions options, RunDirectory run, HostLogs logs, CacheDirectory cache, EventLoop loop, WorkerLog log, Action<WorkerEvent> raise)
    {
        (_options, _logs, _cache, _loop, _log, _raise) = (options, logs, cache, loop, log, raise);
        _slots = [.. Enumerable.Range(0, options.Cores).Select(_ => new Place())];
        _listener = new HostListener(run.Socket("tasks"), loop, this);
    }

    /// <summary>Starts one, or takes the one that waits. What the file system refuses is told, and ends nothing.</summary>
    public void Start(int slot)
    {
        var id = HostId.Task(slot);
        var place = _slots[slot];
        place.Began = EventLoop.Now;
        place.IsInARow = place.Began - place.Ended < Soon;
        _logs.Mark(id);
        try
        {
            place.Host = place.Next ?? Begin(slot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _raise(new HostNotStarted(id, e.Message));
            return;
        }

        place.Next = null;
        place.Host.Overdue?.Cancel();
        if (place.Host.Connection is { } connection)
            OnUp(slot, connection);
    }

    public HostConnection? ConnectionOf(int slot) => _slots[slot].Host?.Connection;

    public void Kill(int slot) => _slots[slot].Host?.Process.Kill();

    /// <summary>It ends by itself now that it has answered, or is killed.</summary>
    public void End(int slot)
    {
        var place = _slots[slot];
        if (place.Host is not { } host)
            return;
        host.Overdue = _loop.After(Patience, host.Process.Kill);
        place.Ended = EventLoop.Now;
        place.WasShort = place.Ended - place.Began < Short;
        if (place.IsInARow)
            BeginNext(slot);
    }

    public void OnRecord(HostConnection connection, HostRecord record)
    {
        if (connection.Id is { } id)
        {
            _raise(HostEvents.Of(id, record));
            return;
        }

        // One of a slot is awaited at a time: the next is started when that of the task is there.
        if (record is not HostHello { Role: HostRole.Task } hello || hello.Slot < 0 || hello.Slot >= _slots.Length
            || _slots[hello.Slot].Awaited is not { } host)
            throw new ProtocolException("a process that is no task's that was started here");
        host.Connection = connection;
        if (host == _slots[hello.Slot].Host)
            OnUp(hello.Slot, connection);
    }

    public void OnClosed(HostConnection connection)
    {
        // The process is about to end, and that is what counts.
    }

    public void OnMalformed(HostConnection connection, ProtocolException reason)
    {
        _log.Write($"process {connection.ProcessId} is killed: {reason.Message}");
        if (connection.Id is { } id)
            Kill(id.Slot);
    }

    public void Dispose()
    {
        TaskHost[] hosts = [.. _slots.SelectMany<Place, TaskHost?>(place => [place.Host, place.Next]).OfType<TaskHost>()];
        foreach (var host in hosts)
            host.Process.Kill();
        foreach (var host in hosts)
        {
            host.Process.End(Patience);
            host.Process.Dispose();
        }

        _listener.Dispose();
    }

    private void OnUp(int slot, HostConnection connection)
    {
        connection.Id = HostId.Task(slot);
        _raise(new HostUp(HostId.Task(slot)));
        if (_slots[slot] is { IsInARow: true, WasShort: true })
            BeginNext(slot);
    }

    private TaskHost Begin(int slot)
    {
        var id = HostId.Task(slot);
        var sandbox = _cache.MakeSandbox(++_started);
        TaskHost? host = null;
        var process = new HostProcess(
            _options, new HostPlace(sandbox), _logs.Directory, _logs.ErrorsOf(id), _loop, status => OnExited(slot, host!, status), "task", _listener.Path, $"{slot}");
        return host = new TaskHost(process, sandbox);
    }

    /// <summary>Starts the interpreter of the slot's next task, so that this is not waited for.</summary>
    private void BeginNext(int slot)
    {
        var place = _slots[slot];
        if (place.Next is not null || place.Awaited is not null)
            return;
        try
        {
            var next = place.Next = Begin(slot);
            next.Overdue = _loop.After(Idle, next.Process.Kill);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Write($"no process is started ahead of slot {slot}'s next task: {e.Message}");
        }
    }

    private void OnExited(int slot, TaskHost host, int status)
    {
        host.Overdue?.Cancel();
        host.Connection?.Drain();
        host.Connection?.Dispose();
        host.Process.Dispose();
        RunDirectory.Remove(host.Sandbox);
        var place = _slots[slot];
        if (host == place.Next)
        {
            // Whoever starts the next task's hears why.
            place.Next = null;
            return;
        }

        place.Host = null;
        var id = HostId.Task(slot);
        _raise(new HostGone(id, status, _logs.TailOf(id)));
    }

    /// <summary>What a slot has.</summary>
    private sealed class Place
    {
        /// <summary>The task's process, which was started and not reported gone.</summary>
        public TaskHost? Host { get; set; }

        /// <summary>That of the next task, which nobody has asked for yet.</summary>
        public TaskHost? Next { get; set; }

        /// <summary>When the task's process was asked for.</summary>
        public TimeSpan Began { get; set; }

        /// <summary>When the last task that has answered did.</summary>
        public TimeSpan Ended { get; set; }

        /// <summary>Whether the task came at once after another.</summary>
        public bool IsInARow { get; set; }

        /// <summary>Whether the last task that has answered was.</summary>
        public bool WasShort { get; set; }

        /// <summary>The one that has not said hello.</summary>
        public TaskHost? Awaited => Host is { Connection: null } ? Host : Next is { Connection: null } ? Next : null;
    }

    private sealed class TaskHost(HostProcess process, string sandbox)
    {
        public string Sandbox { get; } = sandbox;

        public HostProcess Process { get; } = process;

        public HostConnection? Connection { get; set; }

        /// <summary>When it is killed, unless something else comes first.</summary>
        public EventLoop.Alarm? Overdue { get; set; }
    }
}
