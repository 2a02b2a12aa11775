using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>Children of libraries that start by themselves: each is a process that sets itself up, at a socket of its own.</summary>
internal sealed class SpawnedChildren(HostWorld world) : IDisposable
{
    private const int CannotStart = 126;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Those that were started and not told to be gone.
    private readonly Dictionary<HostId, Spawned> _children = [];

    /// <summary>Starts one. What the file system refuses is told as its end.</summary>
    public void Start(StartChild e)
    {
        var directory = world.Run.Fresh("child");
        var child = new Spawned(this, e, directory);
        try
        {
            var place = HostPlace.Of(e.Spec, e.Inputs, world.Cache, directory, world.WorkingDirectory);
            child.Listener = new HostListener($"{directory}.s", world.Loop, child);
            world.Logs.Mark(e.Child);
            child.Process = new HostProcess(
                world.Options, place, world.Logs.Directory, world.Logs.ErrorsOf(e.Child), world.Loop, status => OnExited(e.Child, status),
                "child", child.Listener.Path, $"{e.Child.Slot}");
            _children.Add(e.Child, child);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SocketException)
        {
            child.Dispose();
            world.Raise(new HostGone(e.Child, CannotStart, $"it could not be started: {problem.Message}"));
        }
    }

    public HostConnection? ConnectionOf(HostId child) => _children.GetValueOrDefault(child)?.Connection;

    public bool TryKill(HostId child)
    {
        if (!_children.TryGetValue(child, out var spawned))
            return false;
        spawned.Process!.Kill();
        return true;
    }

    public void Dispose()
    {
        foreach (var child in _children.Values)
        {
            child.Process!.Kill();
            child.Process.End(Patience);
            child.Dispose();
        }
    }

    private void OnExited(HostId id, int status)
    {
        _children.Remove(id, out var child);
        child!.Connection?.Drain();
        child.Dispose();
        world.Raise(new HostGone(id, status, child.SetupFailure ?? world.Logs.TailOf(id)));
    }

    private sealed class Spawned(SpawnedChildren owner, StartChild start, string directory) : IHostOwner, IDisposable
    {
        public HostListener? Listener { get; set; }

        public HostProcess? Process { get; set; }

        public HostConnection? Connection { get; private set; }

        public string? SetupFailure { get; private set; }

        public void OnRecord(HostConnection connection, HostRecord record)
        {
            switch (record)
            {
                case HostHello { Role: HostRole.Child } when Connection is null:
                    Connection = connection;
                    foreach (var module in start.Modules ?? [])
                        connection.Writer.Upload(module.Path);
                    connection.Writer.Setup(start.Spec.ToBytes());
                    connection.Flush();
                    break;
                case HostReady { Failure: null } when connection == Connection && connection.Id is null:
                    connection.Id = start.Child;
                    owner.RaiseFrom(new HostUp(start.Child));
                    break;
                case HostReady { Failure: { } failure } when connection == Connection && connection.Id is null:
                    SetupFailure = LibraryHost.TextOf(failure);
                    break;
                default:
                    if (connection.Id is null)
                        throw new ProtocolException($"{record.GetType().Name} has no meaning before a child is set up");
                    owner.RaiseFrom(HostEvents.Of(start.Child, record));
                    break;
            }
        }

        // One that could not be set up ends by itself.
        public void OnClosed(HostConnection connection)
        {
            if (SetupFailure is null)
                Process?.Kill();
        }

        public void OnMalformed(HostConnection connection, ProtocolException reason) => Process?.Kill();

        public void Dispose()
        {
            Process?.Dispose();
            Listener?.Dispose();
            if (Directory.Exists(directory))
                FileTree.TryDelete(directory);
        }
    }

    private void RaiseFrom(WorkerEvent happened) => world.Raise(happened);
}
