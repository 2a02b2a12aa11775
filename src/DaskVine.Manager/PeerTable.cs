using DaskVine.Scheduling;

namespace DaskVine.Manager;

/// <summary>The peers with a link, found by instance, by door token and by the scheduler's numbers.</summary>
internal sealed class PeerTable
{
    // The four hold the same peers; a peer is a worker or a client.
    private readonly Dictionary<string, Peer> _byInstance = [];
    private readonly Dictionary<long, Peer> _byToken = [];
    private readonly Dictionary<WorkerId, Peer> _workers = [];
    private readonly Dictionary<ClientId, Peer> _clients = [];

    public IReadOnlyCollection<Peer> All => _byInstance.Values;

    public Peer? Find(string instance) => _byInstance.GetValueOrDefault(instance);

    public Peer? Find(long token) => _byToken.GetValueOrDefault(token);

    public Peer? Find(WorkerId worker) => _workers.GetValueOrDefault(worker);

    public Peer? Find(ClientId client) => _clients.GetValueOrDefault(client);

    public void Add(Peer peer)
    {
        _byInstance.Add(peer.Instance, peer);
        _byToken[peer.Token] = peer;
        if (peer.Worker is { } worker)
            _workers.Add(worker, peer);
        if (peer.Client is { } client)
            _clients.Add(client, peer);
    }

    public void Remove(Peer peer)
    {
        _byInstance.Remove(peer.Instance);
        _byToken.Remove(peer.Token);
        if (peer.Worker is { } worker)
            _workers.Remove(worker);
        if (peer.Client is { } client)
            _clients.Remove(client);
    }

    /// <summary>The peer came through the door anew.</summary>
    public void Retoken(Peer peer, long token)
    {
        _byToken.Remove(peer.Token);
        peer.Token = token;
        _byToken[token] = peer;
    }
}
