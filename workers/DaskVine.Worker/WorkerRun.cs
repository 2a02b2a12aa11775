using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>One life of a worker: receive, decide, perform, on one thread.</summary>
internal sealed class WorkerRun : ISessionOwner, IDisposable
{
    // Enough to keep a link busy, little enough that reports do not wait long behind it.
    private const long UploadWaitingBytes = 4L << 20;

    private readonly WorkerOptions _options;
    private readonly Action _ready;
    private readonly string _name;
    private readonly WorkerLog _log;
    private readonly WorkerCore _core;
    private readonly List<WorkerEffect> _effects = [];
    private readonly EventLoop _loop = new();
    private readonly ZmqContext _context = new();
    private readonly CacheDirectory _cache;
    private readonly DataPlane _data;
    private readonly HostLogs _logs;
    private readonly ModuleStore _modules;
    private readonly Libraries _libraries;
    private readonly TaskHosts _tasks;
    private readonly Commands _commands;
    private readonly ManagerSession _session;

    // What happened and was not told to the core yet, in order.
    private List<WorkerEvent> _events = [];

    // Connections that were written to since the last flush.
    private readonly HashSet<HostConnection> _written = [];

    private TimeSpan? _wake;
    private bool _announced;
    private string? _stopReason;
    private string? _failure;

    public WorkerRun(WorkerOptions options, RunDirectory run, Action ready)
    {
        _options = options;
        _ready = ready;
        _name = options.Name ?? $"{Environment.MachineName}-{Environment.ProcessId}";
        _log = new WorkerLog(_name);
        _core = new WorkerCore(new WorkerCoreOptions { Cores = options.Cores, Disk = options.Disk, Memory = options.Memory });
        _cache = new CacheDirectory(CacheParent(options, run), MemoryOf(options));
        _data = new DataPlane(options, run, _cache, _loop, _log, Raise);
        _logs = new HostLogs(run.Logs);
        _modules = new ModuleStore(run, _log);
        _libraries = new Libraries(new HostWorld(options, run, _logs, _cache, _loop, _log, Raise));
        _tasks = new TaskHosts(options, run, _logs, _cache, _loop, _log, Raise);
        _commands = new Commands(_cache, _loop, Raise);
        _session = new ManagerSession(options, _context, _loop, _log, this);
    }

    /// <summary>Works until it is stopped; returns why it cannot go on, or null.</summary>
    public string? Serve()
    {
        // The library starts while the manager is looked for.
        Decide();
        _session.Connect(_options.ConnectTimeout);
        while (_stopReason is null && _failure is null)
        {
            _loop.Round(_events.Count > 0 ? TimeSpan.Zero : _wake ?? TimeSpan.MaxValue);
            if (_events.Count > 0 || _wake <= EventLoop.Now)
                Decide();
            PumpUploads();
            _session.Flush();
        }

        _log.Write(_failure is null ? $"ends: {_stopReason}" : $"gives up: {_failure}");
        if (_failure is null)
            _session.Post(new Goodbye(_stopReason!));
        _session.Flush();
        return _failure;
    }

    /// <summary>Makes <see cref="Serve"/> return; may be called on any thread.</summary>
    public void Stop(string reason) => _loop.Post(() => _stopReason ??= reason);

    public void Raise(WorkerEvent happened) => _events.Add(happened);

    public void OnLinkBroken() => _data.OnLinkBroken();

    public void OnWelcome(Welcome welcome)
    {
        _log.Write($"linked to manager {welcome.Name} ({welcome.Manager})");
        if (_announced)
            return;
        _announced = true;
        _ready();
    }

    public void OnChunk(Chunk chunk) => _data.OnChunk(chunk);

    public void OnRelease(Release release)
    {
        // A file that is given up on its way has no last chunk.
        _data.OnRelease(release);
        Raise(new ReleaseReceived(release.Files));
    }

    public void OnUpload(Upload upload)
    {
        if (_modules.Store(upload) is { } module)
            Raise(new ModuleReceived(module));
    }

    public void OnShutdown(string reason) => _stopReason ??= $"the manager says: {reason}";

    public void OnGivenUp(string reason) => _failure ??= reason;

    public void Dispose()
    {
        _libraries.Stop();
        // In this order the goodbye is out before the door closes, which without one means a crash to the manager.
        _session.EndLink();
        _context.Dispose();
        _session.Dispose();
        _tasks.Dispose();
        _commands.Dispose();
        _libraries.Dispose();
        _data.Dispose();
        _loop.Dispose();
    }

    private static MemoryShelf? MemoryOf(WorkerOptions options) =>
        options.MemoryCache > 0 ? new MemoryShelf(options.MemoryCacheDirectory, options.MemoryCache) : null;

    // In the run directory, which is in the wanted one already unless that has too long a path for sockets.
    private static string CacheParent(WorkerOptions options, RunDirectory run) =>
        options.CacheDirectory is not { } wanted || Path.GetDirectoryName(run.Path) == wanted
            ? run.Path
            : Directory.CreateDirectory(wanted).FullName;

    private void Decide()
    {
        var events = _events;
        _events = [];
        _wake = _core.Handle(events, EventLoop.Now, _effects);
        foreach (var effect in _effects)
            Perform(effect);
        _effects.Clear();
        foreach (var connection in _written)
            connection.Flush();
        _written.Clear();
    }

    private void PumpUploads()
    {
        while (_data.Uploads.Any && _session.IsLinked && _session.WaitingBytes < UploadWaitingBytes && _data.Uploads.Next() is { } chunk)
        {
            _session.Post(chunk);
            _session.Flush();
        }
    }

    private void Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case Report e: _session.Post(e.Record); break;
            case SendCall e: SendCall(e); break;
            case SendFunction e: WriterOf(e.Host)?.Function(e.Function.Number, e.Function.Name, e.Function.Code.Span); break;
            case SendForget e: WriterOf(e.Host)?.Forget(e.Functions); break;
            case SendModule e: WriterOf(e.Host)?.Upload(e.Module.Path); break;
            case LoadFunction e: _libraries.Load(e); break;
            case LoadModule e: _libraries.Add(e); break;
            case ForgetLoaded e: _libraries.Forget(e); break;
            case StartLibrary e: _libraries.Start(e); break;
            case EndLibrary e: _libraries.End(e.Library); break;
            case ForkChild e: _libraries.Fork(e); break;
            case StartChild e: _libraries.StartChild(e); break;
            case StartTaskProcess e: _tasks.Start(e.Slot); break;
            case KillHost { Host.Role: HostRole.Child } e: _libraries.KillChild(e.Host); break;
            case KillHost e: _tasks.Kill(e.Host.Slot); break;
            case StartCommand e: _commands.Start(e); break;
            case ReadOutput e: _commands.Read(e); break;
            case KillCommand e: _commands.Kill(e.Call); break;
            case EndHost e: _tasks.End(e.Host.Slot); break;
            case SayHello e: SayHello(e); break;
            case WriteLog e: _log.Write(e.Text); break;
            default:
                if (!_data.TryPerform(effect))
                    throw new InvalidOperationException($"nothing performs {effect.GetType().Name}");
                break;
        }
    }

    private void SendCall(SendCall e)
    {
        if (WriterOf(e.Host) is not { } writer)
            return;
        var task = e.Task;
        var inputs = task.Inputs.Count == 0 ? [] : new HostInput[task.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var input = task.Inputs[i];
            inputs[i] = input.Value is { } value ? new HostInput(value, null) : new HostInput(null, _cache.FilePath(input.File));
        }

        if (e.Alone)
            _logs.Mark(e.Host);
        writer.Call(e.Call, task.Functions, task.Body.Span, inputs, _cache.OutputPath(e.Call), task.Capture, task.Neutral);
    }

    /// <summary>Null when the process has just ended, which the core is about to hear.</summary>
    private HostWriter? WriterOf(HostId host)
    {
        var connection = host.Role == HostRole.Child ? _libraries.ChildOf(host) : _tasks.ConnectionOf(host.Slot);
        if (connection is not null)
            _written.Add(connection);
        return connection?.Writer;
    }

    private void SayHello(SayHello e) => _session.SayHello(new Hello(
        ProtocolVersion.Current, Hello.WorkerRole, _session.Instance, _name, 0, _libraries.Versions, _options.Cores, e.Files, e.Tasks,
        _options.Resources, _data.Listen(_session.LocalAddress), _options.Disk, _options.Memory));
}
