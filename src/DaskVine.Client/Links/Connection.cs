using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.ZeroMq;

namespace DaskVine.Client;

/// <summary>
/// A client's link to a manager. One thread of its own owns the socket; everything public may be called by any thread. What comes for a
/// graph goes to that graph's mailbox.
/// </summary>
internal sealed partial class Connection : IDisposable
{
    // Who submits a graph waits while more than this waits for the manager's credit.
    private const long RoomBytes = 4 << 20;

    private readonly ManagerDoor _door;
    private readonly ClientKeys? _keys;
    private readonly Func<string> _howManagerEnded;
    private readonly Action<Notice> _noticed;
    private readonly string _instance = $"client-{Guid.NewGuid():N}";
    private readonly ZmqPoller _poller = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards what follows.
    private readonly Lock _gate = new();
    private readonly Outbox _outbox = new(RandomEpoch());
    private readonly Dictionary<int, ChannelWriter<Record>> _mailboxes = [];

    // Content hash → number of the functions that the manager has.
    private readonly Dictionary<string, int> _functions = [];
    private readonly List<TaskCompletionSource> _waitingForRoom = [];
    private int _graphs;

    // Makes what ended the link, anew for each who is told; null while it lives.
    private Func<Exception>? _failure;
    private bool _closing;

    private Connection(ManagerDoor door, ClientKeys? keys, Action<Notice> noticed, Func<string> howManagerEnded)
    {
        _door = door;
        _keys = keys;
        _noticed = noticed;
        _howManagerEnded = howManagerEnded;
        _thread = new Thread(Run) { IsBackground = true, Name = "DaskVine link" };
    }

    /// <summary>Says hello and waits for the welcome.</summary>
    /// <param name="door">Open; owned by the connection from here.</param>
    /// <param name="keys">For an encrypted link.</param>
    /// <param name="noticed">Hears the manager's notices, on the connection's thread.</param>
    /// <param name="howManagerEnded">Tells more about a manager that is gone.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ManagerUnreachableException">The manager refuses this client.</exception>
    public static async Task<Connection> OpenAsync(
        ManagerDoor door, ClientKeys? keys, Action<Notice> noticed, Func<string> howManagerEnded, CancellationToken cancellation)
    {
        var connection = new Connection(door, keys, noticed, howManagerEnded);
        connection._thread.Start();
        try
        {
            await connection._welcomed.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Leaves a record for the next <see cref="Flush"/>.</summary>
    public void Post(Record record)
    {
        lock (_gate)
        {
            if (_failure is null)
                _outbox.Post(record);
        }
    }

    /// <summary>Has what was posted sent, as far as the manager gives credit.</summary>
    public void Flush()
    {
        try
        {
            _poller.Wake();
        }
        catch (ObjectDisposedException)
        {
            // It was disposed, which the mailboxes tell.
        }
    }

    /// <summary>Ends when there is room for more, or the link has ended, which the mailbox tells.</summary>
    public Task FlushAsync()
    {
        Flush();
        lock (_gate)
        {
            if (_failure is not null || _outbox.WaitingBytes <= RoomBytes)
                return Task.CompletedTask;
            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitingForRoom.Add(waiting);
            return waiting.Task;
        }
    }

    /// <summary>A new graph's number, and what comes for it; its end is what ended the link.</summary>
    public (int Graph, ChannelReader<Record> Mailbox) OpenMailbox()
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure();
            var mailbox = Channel.CreateUnbounded<Record>(new UnboundedChannelOptions { SingleReader = true });
            _mailboxes.Add(++_graphs, mailbox.Writer);
            return (_graphs, mailbox.Reader);
        }
    }

    /// <summary>What still comes for this graph is dropped.</summary>
    public void CloseMailbox(int graph)
    {
        lock (_gate)
            _mailboxes.Remove(graph);
    }

    /// <summary>The number of a function on this link; its code is sent when the link has not seen it yet.</summary>
    public int FunctionNumber(string name, byte[] code)
    {
        const int hashBytes = 16;
        var hash = SHA256.HashData(code).AsMemory(0, hashBytes);
        lock (_gate)
        {
            var known = Convert.ToHexString(hash.Span);
            if (_functions.TryGetValue(known, out var number))
                return number;
            number = _functions.Count + 1;
            _functions.Add(known, number);
            if (_failure is null)
                _outbox.Post(new FunctionCode(number, hash, name, code));
            return number;
        }
    }

    /// <summary>Ends every wait with an exception that is made anew for each.</summary>
    public void Fail(Func<Exception> failure)
    {
        List<TaskCompletionSource> waiting;
        List<ChannelWriter<Record>> mailboxes;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            waiting = [.. _waitingForRoom];
            mailboxes = [.. _mailboxes.Values];
            _waitingForRoom.Clear();
        }

        _welcomed.TrySetException(failure());
        foreach (var room in waiting)
            room.TrySetResult();
        foreach (var mailbox in mailboxes)
            mailbox.TryComplete(failure());
        Flush();
    }

    /// <summary>Says goodbye and closes; waits in other threads end with <see cref="ManagerLostException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closing)
                return;
            _closing = true;
            if (_failure is null)
                _outbox.Post(new Goodbye("the client closes"));
        }

        Fail(() => new ManagerLostException("this Vine was disposed"));
        _thread.Join();
        _poller.Dispose();
        _door.Dispose();
    }

    private static ulong RandomEpoch()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 1) + 1;
    }
}
