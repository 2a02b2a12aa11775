using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>Processes of tasks: a fresh interpreter each, in a directory of its own, at most one per slot.</summary>
internal sealed class TaskHosts : IHostOwner, IDisposable
{
    // An interpreter runs its users' exit handlers; it is not waited for longer than this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly WorkerOptions _options;
    private readonly HostLogs _logs;
    private readonly CacheDirectory _cache;
    private readonly EventLoop _loop;
    private readonly WorkerLog _log;
    private readonly Action<WorkerEvent> _raise;
    private readonly HostListener _listener;

    // By slot: the process that was started and not reported gone.
    private readonly TaskHost?[] _hosts;
    private int _started;

    public TaskHosts(
        WorkerOptions options, RunDirectory run, HostLogs logs, CacheDirectory cache, EventLoop loop, WorkerLog log, Action<WorkerEvent> raise)
    {
        (_options, _logs, _cache, _loop, _log, _raise) = (options, logs, cache, loop, log, raise);
        _hosts = new TaskHost?[options.Cores];
        _listener = new HostListener(run.Socket("tasks"), loop, this);
    }

    /// <summary>Starts one. What the file system refuses is told, and ends nothing.</summary>
    public void Start(int slot)
    {
        var id = HostId.Task(slot);
        try
        {
            var sandbox = _cache.MakeSandbox(++_started);
            _logs.Mark(id);
            var process = new HostProcess(
                _options, new HostPlace(sandbox), _logs.Directory, _logs.ErrorsOf(id), _loop, status => OnExited(slot, status), "task", _listener.Path, $"{slot}");
            _hosts[slot] = new TaskHost(process, sandbox);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _raise(new HostNotStarted(id, e.Message));
        }
    }

    public HostConnection? ConnectionOf(int slot) => _hosts[slot]?.Connection;

    public void Kill(int slot) => _hosts[slot]?.Process.Kill();

    /// <summary>It ends by itself now that it has answered, or is killed.</summary>
    public void End(int slot)
    {
        if (_hosts[slot] is { } host)
            host.Overdue = _loop.After(Patience, host.Process.Kill);
    }

    public void OnRecord(HostConnection connection, HostRecord record)
    {
        if (connection.Id is { } id)
        {
            _raise(HostEvents.Of(id, record));
            return;
        }

        if (record is not HostHello { Role: HostRole.Task } hello || hello.Slot < 0 || hello.Slot >= _hosts.Length
            || _hosts[hello.Slot] is not { Connection: null } host)
            throw new ProtocolException("a process that is no task's that was started here");
        host.Connection = connection;
        connection.Id = HostId.Task(hello.Slot);
        _raise(new HostUp(HostId.Task(hello.Slot)));
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
        foreach (var host in _hosts)
        {
            host?.Process.Kill();
            host?.Process.End(Patience);
            host?.Process.Dispose();
        }

        _listener.Dispose();
    }

    private void OnExited(int slot, int status)
    {
        var host = _hosts[slot] ?? throw new InvalidOperationException($"the task process of slot {slot} ended and there was none");
        _hosts[slot] = null;
        host.Overdue?.Cancel();
        host.Connection?.Drain();
        host.Connection?.Dispose();
        host.Process.Dispose();
        RunDirectory.Remove(host.Sandbox);
        var id = HostId.Task(slot);
        _raise(new HostGone(id, status, _logs.TailOf(id)));
    }

    private sealed class TaskHost(HostProcess process, string sandbox)
    {
        public string Sandbox { get; } = sandbox;

        public HostProcess Process { get; } = process;

        public HostConnection? Connection { get; set; }

        public EventLoop.Alarm? Overdue { get; set; }
    }
}
