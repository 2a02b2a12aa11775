using System.Net;
using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// Finds the manager, keeps a link to it, and finds it again: door → greeting → hello → welcome. Every way of losing it ends in
/// <see cref="Lose"/> (the manager is gone) or <see cref="BeginAnew"/> (the manager is there and messages were lost).
/// </summary>
internal sealed partial class ManagerSession(WorkerOptions options, ZmqContext context, EventLoop loop, WorkerLog log, ISessionOwner owner)
    : IDisposable
{
    private const int MaxMalformed = 3;
    private const int SilentHeartbeats = 6;

    // Bounds how long decisions wait for more messages to be read.
    private const int MessagesAtOnce = 64;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WelcomeTimeout = TimeSpan.FromSeconds(10);

    private readonly LinkKeys? _keys = options.Keys is { } keys ? new LinkKeys(keys.Worker, keys.ManagerPublicKey) : null;
    private OpenDoor? _door;
    private ZmqPollItem? _doorItem;
    private ManagerLink? _link;
    private EventLoop.Alarm? _alarm;
    private TimeSpan _heartbeat;
    private TimeSpan _lastHeard;
    private bool _welcomed;
    private int _malformed;

    private TimeSpan _deadline;
    private TimeSpan _backoff;
    private string _lastReason = "";

    public string Instance { get; } = Guid.NewGuid().ToString("N");

    public long WaitingBytes => _link?.WaitingBytes ?? 0;

    public bool IsLinked => _welcomed;

    /// <summary>By which address of this machine the manager was reached; null while it is not.</summary>
    public EndPoint? LocalAddress => _door?.Connection.LocalEndPoint;

    /// <summary>Looks for the manager for as long as the timeout says.</summary>
    public void Connect(TimeSpan timeout)
    {
        _deadline = EventLoop.Now + timeout;
        _backoff = FirstBackoff;
        Knock();
    }

    public void SayHello(Hello hello)
    {
        if (_link is null || _door is null)
            return;
        _link.SayHello(hello with { Instance = Instance, Token = _door.Greeting.Token });
        _lastHeard = EventLoop.Now;
        SetAlarm(WelcomeTimeout, () => Lose($"no welcome within {WelcomeTimeout.TotalSeconds:0} s"));
    }

    public void Post(Record record) => _link?.Post(record);

    public void Flush() => _link?.Flush();

    /// <summary>Ends the link before the door, for good; what waits is sent by the end of its ZeroMQ context.</summary>
    public void EndLink()
    {
        _link?.Dispose();
        _link = null;
    }

    public void Dispose() => CloseLink();

    private void Knock() => Task.Run(() =>
    {
        try
        {
            var door = OpenDoor.Knock(options.ManagerAddress);
            loop.Post(() => OnDoorOpened(door));
        }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException)
        {
            loop.Post(() => OnDoorFailed(e));
        }
    });

    private void OnDoorFailed(Exception reason)
    {
        if (reason is ProtocolException && ++_malformed >= MaxMalformed)
            owner.OnGivenUp($"{options.ManagerAddress}: {reason.Message}");
        else
            Retry(reason.Message);
    }

    private void Retry(string reason)
    {
        if (EventLoop.Now >= _deadline)
        {
            owner.OnGivenUp($"no manager could be reached at {options.ManagerAddress}; the last attempt: {reason}");
            return;
        }

        if (reason != _lastReason)
            log.Write($"looking for a manager at {options.ManagerAddress}: {reason}");
        _lastReason = reason;
        SetAlarm(_backoff, Knock);
        _backoff = _backoff * 2 < MaxBackoff ? _backoff * 2 : MaxBackoff;
    }

    private void OnDoorOpened(OpenDoor door)
    {
        _door = door;
        door.Connection.Blocking = false;
        if (UnfitKeys(door.Greeting.Secured) is { } reason)
        {
            owner.OnGivenUp(reason);
            return;
        }

        _doorItem = loop.Watch(door.Connection, _ => OnDoorReady());
        _link = new ManagerLink(
            context, loop, door.WorkerEndpoint, Instance, door.Greeting.Secured ? _keys : null, OnLinkReady, OnConnectionFailed);
        owner.Raise(new LinkOpened(door.Greeting.Manager));
    }

    private void OnDoorReady()
    {
        Span<byte> nothing = stackalloc byte[256];
        var count = _door!.Connection.Receive(nothing, SocketFlags.None, out var error);
        if (error != SocketError.WouldBlock && count == 0)
            Lose("its door closed");
    }

    /// <summary>The manager is gone, as far as can be seen from here.</summary>
    private void Lose(string reason)
    {
        var wasWelcomed = _welcomed;
        CloseLink();
        owner.OnLinkBroken();
        owner.Raise(new LinkLost());
        if (!wasWelcomed)
        {
            Retry(reason);
            return;
        }

        log.Write($"lost the manager: {reason}");
        Connect(options.ManagerTimeout);
    }

    /// <summary>Something between us and the manager was lost.</summary>
    private void BeginAnew(string reason)
    {
        log.Write($"the link is made anew: {reason}");
        _link!.Stop();
        _welcomed = false;
        owner.OnLinkBroken();
        owner.Raise(new LinkOpened(_door!.Greeting.Manager));
    }

    private void CloseLink()
    {
        _welcomed = false;
        _alarm?.Cancel();
        _link?.Abandon();
        if (_doorItem is not null)
            loop.Unwatch(_doorItem);
        _door?.Connection.Dispose();
        (_link, _doorItem, _door) = (null, null, null);
    }

    private void SetAlarm(TimeSpan delay, Action action)
    {
        _alarm?.Cancel();
        _alarm = loop.After(delay, action);
    }
}

/// <summary>Who hears of a session.</summary>
internal interface ISessionOwner
{
    void Raise(WorkerEvent happened);

    /// <summary>Neither what comes in pieces nor what goes out in pieces will be continued.</summary>
    void OnLinkBroken();

    void OnWelcome(Welcome welcome);

    /// <exception cref="ProtocolException">It does not follow the chunk before it.</exception>
    void OnChunk(Chunk chunk);

    void OnRelease(Release release);

    void OnUpload(Upload upload);

    void OnShutdown(string reason);

    void OnGivenUp(string reason);
}
