using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using DaskVine.Protocol;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Security;
using DaskVine.Transfers;
using DaskVine.ZeroMq;

namespace DaskVine.Manager;

/// <summary>The process around the scheduler: receive, decode, decide, perform. One thread does all of it.</summary>
public sealed class ManagerProcess : IDisposable
{
    // Bounds how long decisions wait for more messages to be read.
    private const int MessagesAtOnce = 256;

    private readonly ManagerOptions _options;
    private readonly string _instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly Scheduler _scheduler;
    private readonly FileServer _files;
    private readonly PeerTable _peers = new();
    private readonly Staging _staging = new();
    private readonly List<SchedulerEvent> _events = [];
    private readonly List<SchedulerEffect> _effects = [];
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly ZmqContext _context = new();
    private readonly ZmqPoller _poller = new();
    private readonly ZapHandler? _zap;
    private readonly PeerSocket _clients;
    private readonly PeerSocket _workers;
    private readonly Door _door;
    private readonly Sessions _sessions;
    private readonly Performer _performer;
    private bool _stopping;

    /// <summary>Binds everything; nobody is answered before <see cref="Run"/>.</summary>
    /// <exception cref="ManagerException">The address is taken, or may not be used.</exception>
    /// <exception cref="KeysException">Keys are missing, malformed or open to others.</exception>
    public ManagerProcess(ManagerOptions options)
    {
        _options = options;
        _sessions = new Sessions(options, _instance, _peers, _events);
        if (options is { Bulk: BulkSecurity.Tls, Keys: null })
            throw new ManagerException("bulk data by TLS needs keys: make some with 'daskvine keys DIR' and use --keys DIR");
        var authorized = options.Keys?.OpenAuthorized();
        var pair = options.Keys?.Manager;
        _door = new Door(
            options.Address, Greet, token => Post(() => _sessions.OnDoorClosed(token)), openToAll: pair is not null || options.OpenToAll);
        try
        {
            _zap = authorized is null ? null : new ZapHandler(_context, authorized);
            _clients = new PeerSocket(_context, Hello.ClientRole, Endpoint("clients"), pair);
            _workers = new PeerSocket(_context, Hello.WorkerRole, Endpoint("workers"), pair);
            _files = new FileServer(_door.Address, TlsOf(options));
        }
        catch (Exception e) when (e is ZmqException or IOException)
        {
            // The door is open already, and its socket is a file.
            _clients?.Dispose();
            _workers?.Dispose();
            _zap?.Dispose();
            _door.Dispose();
            _context.Dispose();
            throw new ManagerException($"cannot listen beside {_door.Address}: {e.Message}", e);
        }

        _performer = new Performer(_peers, _staging, _files, _events);
        _scheduler = new Scheduler(options.Scheduler with { Peer = _files.Endpoint });
        _zap?.AddTo(_poller);
        _clients.AddTo(_poller);
        _workers.AddTo(_poller);
    }

    /// <summary>Where the door listens, with the port that was taken.</summary>
    public DoorAddress Address => _door.Address;

    /// <summary>Where large files are kept; null while there was none.</summary>
    internal string? StagingDirectory => _staging.Directory;

    /// <summary>Serves until <see cref="Stop"/>.</summary>
    public void Run()
    {
        _door.Open();
        TimeSpan? wakeAt = null;
        var beatAt = Now + _options.Heartbeat;
        while (!_stopping)
        {
            Wait(_events.Count > 0 ? Now : wakeAt is { } time && time < beatAt ? time : beatAt);
            _zap?.Answer();
            Receive(_workers);
            Receive(_clients);
            // After the messages: what a process said last, its goodbye above all, counts before its end.
            while (_posted.TryDequeue(out var action))
                action();
            if (Now >= beatAt)
            {
                _sessions.Beat();
                beatAt = Now + _options.Heartbeat;
            }

            if (_events.Count > 0 || Now >= wakeAt)
                wakeAt = Decide();
            _performer.Flush();
        }
    }

    /// <summary>Makes <see cref="Run"/> return; may be called on any thread.</summary>
    public void Stop() => Post(() => _stopping = true);

    public void Dispose()
    {
        _poller.Dispose();
        _clients.Dispose();
        _workers.Dispose();
        _zap?.Dispose();
        // After them: the next manager may start there once the door is gone.
        _door.Dispose();
        _context.Dispose();
        _files.Dispose();
        _staging.Dispose();
    }

    private static TlsIdentity? TlsOf(ManagerOptions options) => options is { Keys: { } keys, Bulk: BulkSecurity.Tls }
        ? new TlsIdentity(keys.BulkCertificate, keys.Authority)
        : null;

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    private TimeSpan? Decide()
    {
        var wakeAt = _scheduler.Handle(_events, Now, _effects);
        _events.Clear();
        _performer.Perform(_effects);
        return wakeAt;
    }

    private void Wait(TimeSpan until)
    {
        var left = until - Now;
        _poller.Poll(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private void Receive(PeerSocket socket)
    {
        for (var i = 0; i < MessagesAtOnce && socket.TryReceive(out var from, out var header, out var payloads); i++)
        {
            if (!_sessions.IsFromItsKey(socket, from))
                continue;
            try
            {
                var message = IncomingMessage.Read(header, payloads);
                if (_sessions.Receive(socket, from, message, header.Length + payloads.Sum(payload => (long)payload.Length)) is { } peer)
                    Accept(peer, message.Records);
            }
            catch (ProtocolException e)
            {
                _sessions.OnMalformed(socket, from, e);
            }
        }
    }

    private void Accept(Peer peer, IReadOnlyList<Record> records)
    {
        _performer.Touch(peer);
        foreach (var record in records)
        {
            switch (record)
            {
                case Heartbeat heartbeat:
                    Sessions.OnHeartbeat(peer, heartbeat);
                    break;
                case Goodbye:
                    peer.Leaving = true;
                    break;
                case Chunk chunk when peer.Worker is not null:
                    Stage(chunk, peer);
                    break;
                case Completed or Failed or Retracted or FileLost or Versions or Transferred or TransferFailed
                    or OutputPiece when peer.Worker is { } worker:
                    if (record is FileLost lost)
                        peer.DropArriving(lost.File);
                    _events.Add(new WorkerSent(worker, record));
                    break;
                case SubmitNodes or FunctionCode or OpenGraph or TaskOptions or SealGraph or CancelGraph or Upload or ForgetFunctions
                    or SubmitFiles or SubmitCommand or FileData or Want or Prune or Tune or AskMovements when peer.Client is { } client:
                    _events.Add(new ClientSent(client, record));
                    break;
                default:
                    throw new ProtocolException($"a {peer.Socket.Role} may not send {record.Kind}");
            }
        }
    }

    private void Stage(Chunk chunk, Peer peer)
    {
        try
        {
            if (_staging.Receive(chunk, peer.Arriving))
            {
                var staged = _staging.Find(chunk.File)!;
                _files.Add(chunk.File, staged.Path);
                _events.Add(new FileStaged(chunk.File, staged.Size));
            }
        }
        catch (ManagerException e)
        {
            Console.Error.WriteLine($"manager: {e.Message}");
            _events.Add(new FileNotStaged(chunk.File, e.Message));
        }
    }

    private DoorGreeting Greet(long token)
    {
        _sessions.OnDoorOpened(token);
        return new DoorGreeting(Advertised(_clients), Advertised(_workers), token, _options.Name ?? "", _instance, _options.Keys is not null);
    }

    // A peer knows by which name it reached this host; we do not.
    private string Advertised(PeerSocket socket) =>
        Address.Path is not null ? socket.Endpoint : $"tcp://*:{socket.Endpoint[(socket.Endpoint.LastIndexOf(':') + 1)..]}";

    private string Endpoint(string role) =>
        Address.Path is { } path ? $"ipc://{path}.{role}" : Address.WithPort(0).ToString().Replace("localhost", "127.0.0.1", StringComparison.Ordinal);

    private void Post(Action action)
    {
        _posted.Enqueue(action);
        try
        {
            _poller.Wake();
        }
        catch (ObjectDisposedException)
        {
            // A connection or a signal at the very end: nobody is left to act on it.
        }
    }
}
