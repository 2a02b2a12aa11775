using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Every decision of the manager. One door: facts go in, intentions come out; nothing here waits, sends, or looks at a clock.
/// Placement runs once after each batch of events.
/// </summary>
public sealed partial class Scheduler
{
    private readonly SchedulerOptions _options;
    // All tasks of open graphs.
    private readonly SlotTable<VineTask> _tasks = new();
    // All files of open graphs.
    private readonly SlotTable<VineFile> _files = new();
    private readonly Dictionary<WorkerId, VineWorker> _workers = [];
    private readonly Dictionary<ClientId, VineClient> _clients = [];
    // Every function that a client has, by content hash (hexadecimal).
    private readonly Dictionary<string, VineFunction> _functionsByHash = [];
    // What clients have uploaded for workers of now and later, by age, each name once.
    private readonly List<Upload> _uploads = [];
    // Graphs with ProgressDue set, each once.
    private readonly List<VineGraph> _progressDue = [];
    // Ready tasks without a demand; the others are on the board.
    private readonly ReadyQueue _ready = new();
    private readonly DemandBoard _board;
    private readonly WorkerIndex _index;
    private readonly Tuning _tuning;
    // An expression has no function of its own to measure.
    private readonly VineFunction _expression;
    private readonly Func<VineWorker, bool> _hasRoom;
    // Place of the last task that was taken: where a new graph starts.
    private long _clock;
    private List<SchedulerEffect> _effects = [];
    private TimeSpan _now;
    private TimeSpan? _wakeAt;
    // When the last worker left or, before the first, when a graph first had to wait; null while there are workers.
    private TimeSpan? _workerlessSince;
    // When the first of the present workers joined, if clients had to wait for it.
    private TimeSpan _workersSince;

    public Scheduler(SchedulerOptions options)
    {
        _options = options;
        _index = new WorkerIndex(options);
        _tuning = new Tuning(options);
        _bytesPerUs = options.BytesPerUs;
        _hasRoom = _index.HasRoom;
        _board = new DemandBoard(_workers);
        _expression = new VineFunction(new FunctionCode(-1, default, "expression", default), options.UnknownDurationUs);
    }

    /// <summary>Open graphs of all clients.</summary>
    public int GraphCount => _clients.Values.Sum(client => client.Graphs.Count);

    public int TaskCount => _tasks.Count;

    public int FileCount => _files.Count;

    /// <summary>What tasks of open graphs ask for beyond a worker, or cancelled ones still hold, each content once.</summary>
    public int DemandCount => _board.Count;

    public int WorkerCount => _workers.Count;

    /// <summary>Takes in what happened, in order, and adds what is to be done.</summary>
    /// <param name="events">Facts since the last call.</param>
    /// <param name="now">Monotonic time.</param>
    /// <param name="effects">Where intentions are added.</param>
    /// <returns>When to call again, with <see cref="Woken"/> or no event, if nothing happens before; null for never.</returns>
    /// <exception cref="InvalidOperationException">An event that the shell must not pass on, or a broken invariant.</exception>
    public TimeSpan? Handle(IReadOnlyList<SchedulerEvent> events, TimeSpan now, List<SchedulerEffect> effects)
    {
        _effects = effects;
        _now = now;
        _wakeAt = null;
        for (var i = 0; i < events.Count; i++)
            Handle(events[i]);
        EndLingering();
        EndMisplaced();
        SeeToEndedEarly();
        Place();
        Steal();
        Replicate();
        TellEvents();
        TellProgress();
        TellWhoWaits();
        return _wakeAt;
    }

    private void Handle(SchedulerEvent happened)
    {
        switch (happened)
        {
            case WorkerSent e: OnWorkerSent(e); break;
            case ClientSent e: OnClientSent(e); break;
            case FileStaged e: OnFileStaged(e); break;
            case FileNotStaged e: OnFileNotStaged(e); break;
            case Woken: break;
            case ClientJoined e: OnClientJoined(e); break;
            case ClientLeft e: OnClientLeft(e); break;
            case WorkerJoined e: OnWorkerJoined(e); break;
            case WorkerLeft e: OnWorkerLeft(e); break;
            default: throw new InvalidOperationException($"no handler for {happened.GetType().Name}");
        }
    }

    private void Emit(SchedulerEffect effect) => _effects.Add(effect);

    private void WakeAt(TimeSpan time)
    {
        if (_wakeAt is not { } earlier || time < earlier)
            _wakeAt = time;
    }

    private VineTask? Find(TaskId id) => _tasks.Find(id.Value);

    private VineFile? Find(FileId id) => _files.Find(id.Value);

    private void MakeReady(VineTask task)
    {
        task.State = VineTaskState.Ready;
        UseNeeds(task);
        if (task.Demand is null)
            _ready.Add(task);
        else
            _board.Add(task, _now);
    }
}
