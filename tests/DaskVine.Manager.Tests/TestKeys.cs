using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Manager.Tests;

/// <summary>The keys of a cluster, and more of them by name.</summary>
internal sealed class TestKeys : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("dv");

    public TestKeys()
    {
        KeyDirectory.Create(Path);
        Cluster = ClusterKeys.Load(Path);
    }

    public string Path => System.IO.Path.Combine(_parent.FullName, "keys");

    public ClusterKeys Cluster { get; }

    public CurveKeyPair Add(string name, KeyRoles roles)
    {
        KeyDirectory.Add(Path, name, roles);
        // As a worker's or a client's directory would show it.
        var into = System.IO.Path.Combine(_parent.FullName, name);
        var role = roles.HasFlag(KeyRoles.Worker) ? KeyRoles.Worker : KeyRoles.Client;
        KeyDirectory.Export(Path, role, into, name);
        var exported = ClusterKeys.Load(into);
        return role == KeyRoles.Worker ? exported.Worker : exported.Client;
    }

    public void Revoke(string name) => KeyDirectory.Revoke(Path, name);

    public void Dispose() => _parent.Delete(recursive: true);
}
