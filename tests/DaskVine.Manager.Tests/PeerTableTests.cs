using DaskVine.Protocol.Links;
using DaskVine.Scheduling;

namespace DaskVine.Manager.Tests;

public sealed class PeerTableTests
{
    private readonly PeerTable _peers = new();
    private readonly Peer _worker = new(null!, "w", "worker", 11, new Outbox(1)) { Worker = new WorkerId(1) };
    private readonly Peer _client = new(null!, "c", "client", 12, new Outbox(1)) { Client = new ClientId(1) };

    public PeerTableTests()
    {
        _peers.Add(_worker);
        _peers.Add(_client);
    }

    [Fact]
    public void Find_Added_ByEachOfItsNames()
    {
        Assert.Same(_worker, _peers.Find("w"));
        Assert.Same(_worker, _peers.Find(11));
        Assert.Same(_worker, _peers.Find(new WorkerId(1)));
        Assert.Same(_client, _peers.Find(new ClientId(1)));
        Assert.Equal([_worker, _client], _peers.All);
    }

    [Fact]
    public void Find_Unknown_IsNull()
    {
        Assert.Null(_peers.Find("x"));
        Assert.Null(_peers.Find(13));
        Assert.Null(_peers.Find(new WorkerId(2)));
        Assert.Null(_peers.Find(new ClientId(2)));
    }

    [Fact]
    public void Remove_Worker_LeavesTheOther()
    {
        _peers.Remove(_worker);

        Assert.Null(_peers.Find("w"));
        Assert.Null(_peers.Find(11));
        Assert.Null(_peers.Find(new WorkerId(1)));
        Assert.Equal([_client], _peers.All);
        Assert.Same(_client, _peers.Find(12));
    }

    [Fact]
    public void Remove_Client_LeavesTheOther()
    {
        _peers.Remove(_client);

        Assert.Null(_peers.Find("c"));
        Assert.Null(_peers.Find(12));
        Assert.Null(_peers.Find(new ClientId(1)));
        Assert.Equal([_worker], _peers.All);
    }

    [Fact]
    public void Retoken_NewConnection_OnlyTheNewTokenFinds()
    {
        _peers.Retoken(_worker, 99);

        Assert.Null(_peers.Find(11));
        Assert.Same(_worker, _peers.Find(99));
        Assert.Equal(99, _worker.Token);
    }
}
