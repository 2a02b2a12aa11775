using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>The processes of all libraries: those that children are forked from, and children that start by themselves.</summary>
internal sealed class Libraries : IDisposable
{
    private readonly HostWorld _world;
    private readonly Func<int, LibraryHost> _newHost;
    private readonly LibraryHost _own;

    // The worker's own, and every other that was started and has not been told to be gone.
    private readonly Dictionary<int, LibraryHost> _hosts = [];
    private readonly SpawnedChildren _spawned;

    public Libraries(HostWorld world)
    {
        _world = world;
        _newHost = id => new LibraryHost(world with { Raise = happened => OnHappened(id, happened) }, id);
        _hosts.Add(0, _own = _newHost(0));
        _spawned = new SpawnedChildren(world);
    }

    /// <summary>Of this process and, once there was a library, of its packages.</summary>
    public IReadOnlyDictionary<string, string> Versions => _hosts[0].Versions;

    public void Start(StartLibrary e)
    {
        if (!_hosts.TryGetValue(e.Library, out var host))
            _hosts.Add(e.Library, host = _newHost(e.Library));
        host.Start(e.Spec, e.Inputs ?? [], e.Modules ?? []);
    }

    public void End(int library) => _hosts.GetValueOrDefault(library)?.Stop();

    public void Load(LoadFunction e) => _hosts.GetValueOrDefault(e.Library)?.Load(e.Function);

    public void Add(LoadModule e) => _hosts.GetValueOrDefault(e.Library)?.Add(e.Module);

    public void Forget(ForgetLoaded e) => _hosts.GetValueOrDefault(e.Library)?.Forget(e.Functions);

    public void Fork(ForkChild e) => _hosts.GetValueOrDefault(e.Library)?.Fork(e.Slot);

    public void StartChild(StartChild e) => _spawned.Start(e);

    // Most calls are of the worker's own, whose children are forked.
    public HostConnection? ChildOf(HostId child) => child.Library == 0
        ? _own.ChildOf(child.Slot)
        : _spawned.ConnectionOf(child) ?? _hosts.GetValueOrDefault(child.Library)?.ChildOf(child.Slot);

    public void KillChild(HostId child)
    {
        if (!_spawned.TryKill(child))
            _hosts.GetValueOrDefault(child.Library)?.KillChild(child.Slot);
    }

    /// <summary>Tells all of them to end.</summary>
    public void Stop()
    {
        foreach (var host in _hosts.Values)
            host.Stop();
    }

    /// <summary>Waits for that.</summary>
    public void Dispose()
    {
        _spawned.Dispose();
        foreach (var host in _hosts.Values)
            host.Dispose();
    }

    private void OnHappened(int library, WorkerEvent happened)
    {
        if (happened is LibraryGone && library != 0)
            _hosts.Remove(library);
        _world.Raise(happened);
    }
}
