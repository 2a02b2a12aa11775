using DaskVine.Protocol.Door;
using DaskVine.Protocol.Records;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Manager.Tests;

public sealed class SecuredLinksTests : IDisposable
{
    private readonly TestKeys _keys = new();
    private readonly RunningManager _manager;

    public SecuredLinksTests() => _manager = Start("tcp://127.0.0.1:0");

    public void Dispose()
    {
        _manager.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void Hello_AuthorizedKeys_GraphsRun()
    {
        using var client = Join(_manager, Hello.ClientRole, _keys.Cluster.Client);
        using var worker = Join(_manager, Hello.WorkerRole, _keys.Cluster.Worker);

        client.Submit(Graphs.Call);
        worker.Complete(worker.Receive<Assign>(), [9]);

        Assert.Equal([9], client.ReceiveResult());
        Assert.True(client.Door.Greeting.Secured);
    }

    [Fact]
    public void Hello_OverAUnixSocket_IsSecuredToo()
    {
        using var directory = new ShortDirectory();
        using var manager = Start($"{directory.Address}");
        using var worker = Join(manager, Hello.WorkerRole, _keys.Cluster.Worker);
        using var stranger = new TestPeer(manager, Hello.WorkerRole);

        stranger.SendHello(stranger.MakeHello());

        AssertHungUpOn(stranger);
        Assert.NotEmpty(worker.Synchronize());
    }

    [Fact]
    public void Hello_KeyForBothRoles_MayBeEither()
    {
        var both = _keys.Add("both", KeyRoles.Both);
        using var client = Join(_manager, Hello.ClientRole, both);
        using var worker = Join(_manager, Hello.WorkerRole, both);

        Assert.NotEmpty(client.Synchronize());
        Assert.NotEmpty(worker.Synchronize());
    }

    [Theory]
    [InlineData(Hello.ClientRole)]
    [InlineData(Hello.WorkerRole)]
    public void Hello_KeyOfTheOtherRole_GetsNowhere(string role)
    {
        var others = role == Hello.ClientRole ? _keys.Cluster.Worker : _keys.Cluster.Client;
        using var peer = new TestPeer(_manager, role, own: others, managerKey: _keys.Cluster.ManagerPublicKey);

        peer.SendHello(peer.MakeHello());

        Assert.Equal(ZmqEvents.HandshakeFailedAuth, peer.AwaitConnectionEvent());
    }

    [Fact]
    public void Hello_UnknownKey_GetsNowhere()
    {
        using var peer = new TestPeer(_manager, Hello.WorkerRole, own: CurveKeyPair.Create(), managerKey: _keys.Cluster.ManagerPublicKey);

        peer.SendHello(peer.MakeHello());

        Assert.Equal(ZmqEvents.HandshakeFailedAuth, peer.AwaitConnectionEvent());
    }

    [Fact]
    public void Hello_PublicKeyWithoutItsSecret_GetsNowhere()
    {
        var stolen = new CurveKeyPair(_keys.Cluster.Worker.PublicKey, CurveKeyPair.Create().SecretKey);
        using var peer = new TestPeer(_manager, Hello.WorkerRole, own: stolen, managerKey: _keys.Cluster.ManagerPublicKey);

        peer.SendHello(peer.MakeHello());

        Assert.Equal(ZmqEvents.HandshakeFailedNoDetail, peer.AwaitConnectionEvent());
    }

    [Fact]
    public void Hello_WithoutKeys_GetsNowhere()
    {
        using var peer = new TestPeer(_manager, Hello.ClientRole);

        peer.SendHello(peer.MakeHello());

        AssertHungUpOn(peer);
    }

    [Fact]
    public void Hello_ManagerTakenForAnother_GetsNowhere()
    {
        using var peer = new TestPeer(_manager, Hello.ClientRole, own: _keys.Cluster.Client, managerKey: CurveKeyPair.Create().PublicKey);

        peer.SendHello(peer.MakeHello());

        Assert.Equal(ZmqEvents.HandshakeFailedNoDetail, peer.AwaitConnectionEvent());
    }

    [Fact]
    public void Revoked_Key_ComesInNoMoreAndItsConnectionStays()
    {
        var key = _keys.Add("laptop", KeyRoles.Worker);
        using var before = Join(_manager, Hello.WorkerRole, key);

        _keys.Revoke("laptop");

        using var after = new TestPeer(_manager, Hello.WorkerRole, own: key, managerKey: _keys.Cluster.ManagerPublicKey);
        Assert.Equal(ZmqEvents.HandshakeFailedAuth, after.AwaitConnectionEvent());
        Assert.NotEmpty(before.Synchronize());
    }

    [Fact]
    public void RoutingId_OfAPeerThatLives_AnotherKeyCannotTakeItOver()
    {
        using var worker = Join(_manager, Hello.WorkerRole, _keys.Cluster.Worker);
        var rival = _keys.Add("rival", KeyRoles.Worker);
        using var thief = new TestPeer(_manager, Hello.WorkerRole, worker.Instance, own: rival, managerKey: _keys.Cluster.ManagerPublicKey);

        thief.SendHello(thief.MakeHello());
        Assert.Equal(ZmqEvents.HandshakeSucceeded, thief.AwaitConnectionEvent());
        // Each of them is a round of the manager, in which it would have met the thief.
        for (var i = 0; i < 50; i++)
            Assert.NotEmpty(worker.Synchronize());

        using var client = Join(_manager, Hello.ClientRole, _keys.Cluster.Client);
        client.Submit(Graphs.Call);
        worker.Complete(worker.Receive<Assign>(), [9]);
        Assert.Equal([9], client.ReceiveResult());
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:0", "127.0.0.1")]
    [InlineData("tcp://*:0", "[::1]")]
    [InlineData("tcp://*:0", "127.0.0.1")]
    [InlineData("tcp://[::1]:0", "[::1]")]
    public void Listen_WithKeys_AnyAddressIsServed(string address, string host)
    {
        using var manager = Start(address);
        using var worker = new TestPeer(
            manager, Hello.WorkerRole, own: _keys.Cluster.Worker, managerKey: _keys.Cluster.ManagerPublicKey,
            at: DoorAddress.Parse($"tcp://{host}:{manager.Address.Port}"));

        Assert.NotNull(worker.SayHello());
    }

    [Fact]
    public void Create_BulkByTlsWithoutKeys_IsRefused() =>
        Assert.Throws<ManagerException>(() => new ManagerProcess(
            new ManagerOptions { Address = DoorAddress.Parse("tcp://127.0.0.1:0"), Bulk = BulkSecurity.Tls }));

    [Fact]
    public void Bulk_NotSaid_FollowsTheKeys()
    {
        var open = new ManagerOptions { Address = DoorAddress.Parse("tcp://127.0.0.1:0") };

        Assert.Equal(BulkSecurity.Plain, open.Bulk);
        Assert.Equal(BulkSecurity.Tls, (open with { Keys = _keys.Cluster }).Bulk);
        Assert.Equal(BulkSecurity.Plain, (open with { Keys = _keys.Cluster, Bulk = BulkSecurity.Plain }).Bulk);
    }

    /// <summary>Who speaks no CURVE may see the end of the connection before the reason for it.</summary>
    private static void AssertHungUpOn(TestPeer peer) =>
        Assert.Contains(peer.AwaitConnectionEvent(), new[] { ZmqEvents.HandshakeFailedProtocol, ZmqEvents.HandshakeFailedNoDetail });

    private RunningManager Start(string address) => new(new ManagerOptions { Address = DoorAddress.Parse(address), Keys = _keys.Cluster });

    private TestPeer Join(RunningManager manager, string role, CurveKeyPair own)
    {
        var peer = new TestPeer(manager, role, own: own, managerKey: _keys.Cluster.ManagerPublicKey);
        peer.SayHello();
        return peer;
    }
}
