using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>The process of a library, and its children, one per slot.</summary>
/// <param name="world">What is around it.</param>
/// <param name="library">Its number; 0 for the worker's own.</param>
internal sealed class LibraryHost(HostWorld world, int library) : IHostOwner, IDisposable
{
    private const int CannotStart = 126;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // By slot: a fork that was asked for and has neither connected nor ended.
    private readonly bool[] _forking = new bool[world.Options.Cores];

    // By slot: the child that has said hello and was not reported gone; its connection may be closed.
    private readonly HostConnection?[] _children = new HostConnection?[world.Options.Cores];

    // What the present process was or will be sent, in order.
    private readonly List<UploadedModule> _modules = [];

    private LibrarySpec? _spec;
    private string _directory = "";
    private HostListener? _listener;
    private HostProcess? _process;
    private HostConnection? _connection;
    private string? _setupFailure;
    private int _started;

    /// <summary>Of this process and, once there was a library, of its packages.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = ProgramVersions.With(new Dictionary<string, string>());

    /// <summary>Starts it. What the file system refuses is told as its end.</summary>
    /// <param name="spec">How to set it up; null for the worker's own.</param>
    /// <param name="inputs">As many files as the spec names.</param>
    /// <param name="modules">What it has to be able to import.</param>
    public void Start(LibrarySpec? spec, IReadOnlyList<TaskInput> inputs, IReadOnlyList<UploadedModule> modules)
    {
        _modules.Clear();
        _modules.AddRange(modules);
        var generation = ++_started;
        (_spec, _setupFailure) = (spec, null);
        _directory = world.Run.Fresh("library");
        try
        {
            var place = HostPlace.Of(spec, inputs, world.Cache, _directory, world.WorkingDirectory);
            _listener = new HostListener($"{_directory}.s", world.Loop, this);
            world.Logs.BeginLibrary(library);
            _process = new HostProcess(
                world.Options, place, world.Logs.Directory, world.Logs.Library(library), world.Loop, status => OnExited(generation, status),
                "library", _listener.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            _listener?.Dispose();
            _listener = null;
            RemoveFiles();
            world.Log.Write($"no library can be started: {e.Message}");
            world.Raise(new LibraryGone(CannotStart, $"it could not be started: {e.Message}", library));
        }
    }

    public void Add(UploadedModule module)
    {
        _modules.Add(module);
        _connection?.Writer.Upload(module.Path);
        _connection?.Flush();
    }

    public void Load(FunctionCode function)
    {
        _connection?.Writer.Function(function.Number, function.Name, function.Code.Span);
        _connection?.Flush();
    }

    public void Forget(IReadOnlyList<int> functions)
    {
        _connection?.Writer.Forget(functions);
        _connection?.Flush();
    }

    public void Fork(int slot)
    {
        // Asked of one that has just ended, it comes to nothing; the core is about to hear of that.
        if (_connection is null)
            return;
        _forking[slot] = true;
        world.Logs.Mark(HostId.Child(slot, library));
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
            world.Raise(HostEvents.Of(child, record));
        else if (connection == _connection && record is HostExited exited)
            OnChildExited(exited);
        else if (connection == _connection && record is HostLoaded loaded)
            world.Raise(new FunctionLoaded(loaded.DurationUs, loaded.Ok, library));
        else if (connection == _connection && record is HostReady ready)
            OnReady(ready);
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
        // One that could not be set up ends by itself.
        else if (connection == _connection && _setupFailure is null)
            _process?.Kill();
    }

    public void OnMalformed(HostConnection connection, ProtocolException reason)
    {
        world.Log.Write($"process {connection.ProcessId} is killed: {reason.Message}");
        OnClosed(connection);
    }

    /// <summary>What is told of a setup that went wrong.</summary>
    public static string TextOf(Failure failure) =>
        failure.Traceback.Length == 0 ? failure.Message : $"{failure.Message}\n{failure.Traceback}";

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
            foreach (var module in _modules)
                connection.Writer.Upload(module.Path);
            if (_spec is not null)
                connection.Writer.Setup(_spec.ToBytes());
            connection.Flush();
            if (_spec is null)
                world.Raise(new LibraryUp(Versions));
        }
        else if (hello.Role == HostRole.Child && hello.Slot < world.Options.Cores && hello.Slot >= 0 && _forking[hello.Slot])
        {
            _forking[hello.Slot] = false;
            _children[hello.Slot] = connection;
            connection.Id = HostId.Child(hello.Slot, library);
            world.Raise(new HostUp(HostId.Child(hello.Slot, library)));
        }
        else
            throw new ProtocolException($"a {hello.Role} of slot {hello.Slot} was not asked for");
    }

    // Only the worker's own packages count: others are as their users want them.
    private void OnReady(HostReady ready)
    {
        if (ready.Failure is { } failure)
            _setupFailure = TextOf(failure);
        else
            world.Raise(new LibraryUp(Library: library));
    }

    private void OnChildExited(HostExited exited)
    {
        if (exited.Slot < 0 || exited.Slot >= world.Options.Cores || !(_forking[exited.Slot] || _children[exited.Slot] is not null))
            throw new ProtocolException($"the child of slot {exited.Slot} ended and there was none");
        _forking[exited.Slot] = false;
        var id = HostId.Child(exited.Slot, library);
        // Why there was no process is known to the library.
        var log = _children[exited.Slot] is null ? world.Logs.TailOfLibrary(library) : world.Logs.TailOf(id);
        if (_children[exited.Slot] is { } child)
        {
            child.Drain();
            child.Dispose();
            _children[exited.Slot] = null;
        }

        world.Log.Write($"child {exited.ProcessId} of slot {exited.Slot} ended with status {exited.Status}");
        world.Raise(new HostGone(id, exited.Status, log));
    }

    private void RemoveFiles()
    {
        foreach (var made in new[] { _directory, HostPlace.SandboxesOf(_directory) }.Where(Directory.Exists))
            FileTree.TryDelete(made);
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
        RemoveFiles();
        var tail = _setupFailure ?? world.Logs.TailOfLibrary(library);
        world.Log.Write($"library {library} ended with status {status}: {tail.Split('\n')[^1]}");
        world.Raise(new LibraryGone(status, tail, library));
    }
}
