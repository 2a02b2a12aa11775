using DaskVine.Protocol.Door;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>
/// A manager to run graphs on: <c>graph.Compute("key", scheduler: vine.Get)</c>. For any number of threads. What it started ends when it is
/// disposed, or with this process.
/// </summary>
public sealed partial class Vine : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    private readonly LocalCluster? _cluster;
    private readonly HashSet<string> _told = [];
    private Connection _connection = null!;
    private CommandSession _commands = null!;

    private Vine(LocalCluster? cluster, ManagerDoor door)
    {
        _cluster = cluster;
        Address = door.Address.ToString();
        Name = door.Greeting.Name;
        IsNear = door.IsNear;
    }

    /// <summary>
    /// Hears what the manager has to say, such as that no worker is connected; on a thread of the pool. While nobody listens, each sort
    /// of notice is written to standard error once.
    /// </summary>
    public event EventHandler<VineNotice>? Noticed;

    /// <summary>Where the manager listens: what <see cref="ConnectAsync"/> and <c>daskvine worker</c> take.</summary>
    public string Address { get; }

    /// <summary>Name of the manager.</summary>
    public string Name { get; }

    /// <summary>Process id of the manager that this object started, or null.</summary>
    public int? ManagerProcessId => _cluster?.ManagerId;

    /// <summary>Process ids of the workers that this object started, in the order of their names: w1, w2 …</summary>
    public IReadOnlyList<int> WorkerProcessIds => _cluster?.WorkerIds ?? [];

    /// <summary>Whether the manager sees the same files as this process, so that they need not be sent.</summary>
    internal bool IsNear { get; set; }

    /// <summary>Starts a manager and workers on this machine, which talk through sockets in a directory for this user alone.</summary>
    /// <param name="workers">How many; null for one.</param>
    /// <param name="cores">Tasks that each worker runs at once; null for its share of the machine's cores.</param>
    /// <param name="python">The interpreter of Python functions; null for <c>python3</c>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="VineException">The program <c>daskvine</c> is not there, or the manager does not start; says why.</exception>
    public static async Task<Vine> StartLocalAsync(
        int workers = 1, int? cores = null, string? python = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        var each = cores ?? Math.Max(1, Environment.ProcessorCount / Math.Max(1, workers));
        ArgumentOutOfRangeException.ThrowIfLessThan(each, 1, nameof(cores));
        var cluster = await LocalCluster.StartAsync(workers, each, python).ConfigureAwait(false);
        try
        {
            var door = await WithinAsync(
                StartPatience, token => ManagerDoor.OpenAsync(cluster.Address, cluster.CheckStarting, token),
                () => $"the manager is not ready after {StartPatience.TotalSeconds} s: {cluster.HowManagerEnded()}", cancellation).ConfigureAwait(false);
            var vine = await OpenAsync(cluster, door, null, cancellation).ConfigureAwait(false);
            _ = vine.WatchWorkersAsync();
            return vine;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Attaches to a manager that is running.</summary>
    /// <param name="address"><c>ipc:///path</c> or <c>tcp://host:port</c>.</param>
    /// <param name="keys">Directory of keys that <c>daskvine keys</c> has made or exported; null for DASKVINE_KEYS at TCP addresses.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="FormatException">It is no address.</exception>
    /// <exception cref="ManagerUnreachableException">Nobody is there, the keys do not fit, or the manager refuses this client.</exception>
    public static async Task<Vine> ConnectAsync(string address, string? keys = null, CancellationToken cancellation = default)
    {
        var parsed = DoorAddress.Parse(address);
        var door = await WithinAsync(
            ConnectPatience, token => ManagerDoor.OpenAsync(parsed, null, token),
            () => $"what listens at {address} says nothing within {ConnectPatience.TotalSeconds} s", cancellation).ConfigureAwait(false);
        return await OpenAsync(null, door, keys, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a graph here: a <see cref="Scheduler"/>.</summary>
    /// <exception cref="GraphException">The graph cannot run.</exception>
    /// <exception cref="RemoteException">A task has failed.</exception>
    /// <exception cref="ManagerLostException">The manager is gone.</exception>
    /// <exception cref="WorkersLostException">All workers that this process started are gone.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and is so at the manager.</exception>
    public Task<GraphResults> Get(GraphRequest request, CancellationToken cancellation = default) =>
        Task.Run(() => new GraphRun(_connection, request, IsNear).ExecuteAsync(cancellation), cancellation);

    /// <summary>Ends the connection and all that this object started.</summary>
    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        if (_cluster is not null)
            await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<Vine> OpenAsync(LocalCluster? cluster, ManagerDoor door, string? keys, CancellationToken cancellation)
    {
        var vine = new Vine(cluster, door);
        try
        {
            var clientKeys = ClientKeys.For(door, keys);
            vine._connection = await WithinAsync(
                ConnectPatience,
                token => Connection.OpenAsync(door, clientKeys, vine.OnNotice, () => cluster?.HowManagerEnded() ?? "", token),
                () => $"the manager at {door.Address} opened its door but did not answer at {door.Endpoint} within {ConnectPatience.TotalSeconds} s",
                cancellation).ConfigureAwait(false);
            vine._commands = new CommandSession(vine._connection, () => vine.IsNear);
            return vine;
        }
        catch
        {
            door.Dispose();
            throw;
        }
    }

    private static async Task<T> WithinAsync<T>(
        TimeSpan patience, Func<CancellationToken, Task<T>> attempt, Func<string> whatIsWrong, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await attempt(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ManagerUnreachableException(whatIsWrong());
        }
    }

    private async Task WatchWorkersAsync()
    {
        var ends = await _cluster!.AllWorkersEndedAsync().ConfigureAwait(false);
        _connection.Fail(() => new WorkersLostException($"no worker is left; {ends}"));
    }

    private void OnNotice(Notice notice)
    {
        var handler = Noticed;
        if (handler is not null)
            ThreadPool.QueueUserWorkItem(_ => handler(this, new VineNotice(notice.Code, notice.Text)));
        else if (_told.Add(notice.Code) && notice.Code != Notice.WorkersConnected)
            Console.Error.WriteLine($"daskvine: {notice.Text}");
    }
}

/// <summary>What a manager has to say.</summary>
/// <param name="Code">Its sort: "waiting-for-workers", "workers-connected", "waiting-for-resources", "versions-differ" …</param>
/// <param name="Text">For people.</param>
public sealed record VineNotice(string Code, string Text);
