using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers;

/// <summary>Gives out files to whoever knows the token; each connection has a thread.</summary>
public sealed class TransferServer : IDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IdleEnough = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly HashSet<ServerConnection> _connections = [];
    private readonly TransferServerOptions _options;
    private readonly ServerContext _context;
    private readonly Listener _listener;
    private readonly Thread _accepting;
    private bool _stopped;

    /// <param name="options">Where and how to listen.</param>
    /// <param name="find">
    /// Gives the file of a number, or null when it is not here; called on any thread. The server disposes what it returns.
    /// </param>
    /// <exception cref="IOException">The address is taken or cannot be used; the message says what to do.</exception>
    /// <exception cref="ArgumentException">The token is empty or too long, or a tls:// address comes without an identity.</exception>
    public TransferServer(TransferServerOptions options, Func<long, ServedFile?> find)
    {
        if (options.Listen.Scheme == TransferScheme.Tls && options.Tls is null)
            throw new ArgumentException($"{options.Listen} needs a certificate", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxConnections);
        _options = options;
        _context = new ServerContext(options, find);
        _listener = Listen(options.Listen);
        Address = options.Listen.Path is null ? options.Listen.WithPort(_listener.Port) : options.Listen;
        _accepting = new Thread(Accept) { IsBackground = true, Name = "transfers" };
        _accepting.Start();
    }

    /// <summary>With the port that was taken.</summary>
    public TransferAddress Address { get; }

    /// <summary>Ends everything at once, also transfers that run; leases end a moment later, on their threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            _stopped = true;
            Monitor.PulseAll(_gate);
            foreach (var connection in _connections)
                connection.Abort();
        }

        _listener.Dispose();
        _accepting.Join();
    }

    private static Listener Listen(TransferAddress address)
    {
        try
        {
            return new Listener(EndPoint(address), address.ToString());
        }
        catch (SocketException e)
        {
            throw new IOException($"cannot listen on {address}: {e.Message}", e);
        }
    }

    private static EndPoint EndPoint(TransferAddress address)
    {
        if (address.Path is not null)
            return new UnixDomainSocketEndPoint(address.Path);
        var host = IPAddress.TryParse(address.Host, out var number) ? number : Dns.GetHostAddresses(address.Host)[0];
        return new IPEndPoint(host, address.Port);
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                if (!Begin(_listener.Accept()))
                    return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // One peer that gave up while it was accepted, or too many open files: others can still come.
                if (HasStopped(AcceptPause))
                    return;
                _options.Warned?.Invoke($"a connection could not be accepted at {Address}: {e.Message}");
            }
        }
    }

    private bool Begin(Socket socket)
    {
        var connection = new ServerConnection(socket, _context);
        lock (_gate)
        {
            while (!_stopped && _connections.Count >= _options.MaxConnections)
            {
                MakeRoom();
                Monitor.Wait(_gate, AcceptPause);
            }

            if (_stopped)
            {
                connection.Abort();
                return false;
            }

            _connections.Add(connection);
        }

        new Thread(() => Serve(connection)) { IsBackground = true, Name = "transfer" }.Start();
        return true;
    }

    // The client opens a new connection when a kept one was closed between requests.
    private void MakeRoom() =>
        _connections.Where(connection => connection.IdleFor > IdleEnough).MaxBy(connection => connection.IdleFor)?.Abort();

    private void Serve(ServerConnection connection)
    {
        using (connection)
            connection.Run();
        lock (_gate)
        {
            _connections.Remove(connection);
            Monitor.PulseAll(_gate);
        }
    }

    private bool HasStopped(TimeSpan wait)
    {
        lock (_gate)
        {
            if (!_stopped)
                Monitor.Wait(_gate, wait);
            return _stopped;
        }
    }
}
