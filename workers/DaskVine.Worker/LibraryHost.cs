using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>The library process, and its children, one per slot.</summary>
internal sealed class LibraryHost(
    WorkerOptions options, RunDirectory run, HostLogs logs, EventLoop loop, WorkerLog log, Action<WorkerEvent> raise)
    : IHostOwner, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // By slot: a fork that was asked for and has neither connected nor ended.
    private readonly bool[] _forking = new bool[options.Cores];

    // By slot: the child that has said hello and was not reported gone; its connection may be closed.
    private readonly HostConnection?[] _children = new HostConnection?[options.Cores];

    private HostListener? _listener;
    private HostProcess? _process;
    private HostConnection? _connection;
    private int _started;

    /// <summary>Of this process and, once there was a library, of its packages.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = ProgramVersions.With(new Dictionary<string, string>());

    public void Start()
    {
        _listener = new HostListener(run.Socket($"library-{++_started}"), loop, this);
        var generation = _started;
        var directory = options.WorkingDirectory ?? Environment.CurrentDirectory;
        logs.BoundLibrary();
        _process = new HostProcess(
            options, directory, logs.Directory, logs.Library, loop, status => OnExited(generation, status), "library", _listener.Path);
    }

    public void Fork(int slot)
    {
        // Asked of one that has just ended, it comes to nothing; the core is about to hear of that.
        if (_connection is null)
            return;
        _forking[slot] = true;
        logs.Mark(HostId.Child(slot));
        _connection.Writer.Fork(slot);
        _connection.Flush();
    }

    public HostConnection? ChildOf(int slot) => _children[slot];

    public void KillChild(int slot)
    {
        if (_children[slot] is { } child)
            HostProcess.Kill(child.ProcessId);
    }

    public void OnRecord(HostConnection connection, HostRecord record)
    {
        if (connection.Id is { } child)
            raise(HostEvents.Of(child, record));
        else if (connection == _connection && record is HostExited exited)
            OnChildExited(exited);
        else if (record is HostHello hello)
            OnHello(connection, hello);
        else
            throw new ProtocolException($"{record.GetType().Name} has no meaning before a hello");
    }

    public void OnClosed(HostConnection connection)
    {
        // A child without a way to us is of no use; its end, and so this slot's, is told by the library.
        if (connection.Id is not null)
            HostProcess.Kill(connection.ProcessId);
        else if (connection == _connection)
            _process?.Kill();
    }

    public void OnMalformed(HostConnection connection, ProtocolException reason)
    {
        log.Write($"process {connection.ProcessId} is killed: {reason.Message}");
        OnClosed(connection);
    }

    /// <summary>Tells the library and its children to end.</summary>
    public void Stop() => _process?.CloseInput();

    /// <summary>Waits for that.</summary>
    public void Dispose()
    {
        _process?.End(Patience);
        _process?.Dispose();
        _listener?.Dispose();
    }

    private void OnHello(HostConnection connection, HostHello hello)
    {
        if (hello.Role == HostRole.Library && _connection is null)
        {
            _connection = connection;
            Versions = ProgramVersions.With(hello.Versions);
            raise(new LibraryUp(Versions));
        }
        else if (hello.Role == HostRole.Child && hello.Slot < options.Cores && hello.Slot >= 0 && _forking[hello.Slot])
        {
            _forking[hello.Slot] = false;
            _children[hello.Slot] = connection;
            connection.Id = HostId.Child(hello.Slot);
            raise(new HostUp(HostId.Child(hello.Slot)));
        }
        else
            throw new ProtocolException($"a {hello.Role} of slot {hello.Slot} was not asked for");
    }

    private void OnChildExited(HostExited exited)
    {
        if (exited.Slot < 0 || exited.Slot >= options.Cores || !(_forking[exited.Slot] || _children[exited.Slot] is not null))
            throw new ProtocolException($"the child of slot {exited.Slot} ended and there was none");
        _forking[exited.Slot] = false;
        if (_children[exited.Slot] is { } child)
        {
            child.Drain();
            child.Dispose();
            _children[exited.Slot] = null;
        }

        log.Write($"child {exited.ProcessId} of slot {exited.Slot} ended with status {exited.Status}");
        var id = HostId.Child(exited.Slot);
        raise(new HostGone(id, exited.Status, logs.TailOf(id)));
    }

    private void OnExited(int generation, int status)
    {
        // The one before can be heard of again only by mistake: there is one at a time.
        if (generation != _started)
            throw new InvalidOperationException($"library {generation} ended and {_started} is the present one");
        _connection?.Drain();
        foreach (var child in _children)
        {
            child?.Drain();
            child?.Dispose();
        }

        _listener!.Dispose();
        _process!.Dispose();
        (_listener, _process, _connection) = (null, null, null);
        Array.Clear(_children);
        Array.Clear(_forking);
        var tail = logs.TailOfLibrary();
        log.Write($"library ended with status {status}: {tail.Split('\n')[^1]}");
        raise(new LibraryGone(status, tail));
    }
}
