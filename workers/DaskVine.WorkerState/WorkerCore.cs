using DaskVine.Protocol.Host;

namespace DaskVine.WorkerState;

/// <summary>
/// Every decision of a worker: what runs where, what is kept, what is reported. Facts in, intentions out; the library is asked for
/// by the first call of <see cref="Handle"/>.
/// </summary>
public sealed partial class WorkerCore
{
    private readonly WorkerCoreOptions _options;
    private readonly Slot[] _slots;

    // Only during Handle: the time it was told, and where its effects go.
    private TimeSpan _now;
    private List<WorkerEffect> _effects = [];

    public WorkerCore(WorkerCoreOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Cores, 1);
        _options = options;
        _slots = new Slot[options.Cores];
        for (var i = 0; i < _slots.Length; i++)
            _slots[i] = new Slot(i);
        _libraries.Add(new Library(0, null, null, _slots, NewDelay));
    }

    /// <summary>Takes in what happened, adds what is to be done, and returns when it wants to be called next at the latest.</summary>
    public TimeSpan? Handle(IReadOnlyList<WorkerEvent> events, TimeSpan now, List<WorkerEffect> effects)
    {
        _now = now;
        _effects = effects;
        for (var i = 0; i < events.Count; i++)
            Take(events[i]);
        KillOverdue();
        StartProcesses();
        StartMakers();
        StartPostponed();
        // What went out may have taken the slot where the process of another library idles.
        if (PlaceReady())
            StartProcesses();
        AnswerRetracts();
        return NextWake();
    }

    /// <summary>Checks what the comments at the collections say.</summary>
    public void CheckInvariants()
    {
        CheckTasks();
        foreach (var slot in _slots)
            slot.CheckInvariants();
        CheckLibraries();
        _readyProcesses.CheckInvariants();
        CheckMakers();
        CheckTransfers();
        _files.CheckInvariants(UsersOfFiles());
    }

    // The most frequent first.
    private void Take(WorkerEvent happened)
    {
        switch (happened)
        {
            case CallReturned e: OnCallReturned(e); break;
            case AssignReceived e: OnAssignReceived(e.Assign); break;
            case ReportsAcknowledged e: OnReportsAcknowledged(e.Reports); break;
            case CallFailed e: OnCallFailed(e); break;
            case CommandEnded e: OnCommandEnded(e.Call, e.Outcome); break;
            case RetractReceived e: OnRetractReceived(e.Tasks); break;
            case CancelReceived e: OnCancelReceived(e.Tasks); break;
            case ReleaseReceived e: OnReleaseReceived(e.Files); break;
            case FetchReceived e: OnFetchReceived(e.File); break;
            case FileGot e: OnFileGot(e); break;
            case TransferReceived e: OnTransferReceived(e.Transfer); break;
            case FileArrived e: OnFileReceived(e.File, e.Size); break;
            case UploadEnded e: OnUploadEnded(e.File); break;
            case FunctionReceived e: OnFunctionReceived(e.Function); break;
            default: TakeRare(happened); break;
        }
    }

    private void TakeRare(WorkerEvent happened)
    {
        switch (happened)
        {
            case HostUp { Host.Role: HostRole.Child } e: OnChildUp(ChildOf(e.Host)); break;
            case HostUp e: OnTaskProcessUp(_slots[e.Host.Slot]); break;
            case HostGone { Host.Role: HostRole.Child } e: OnChildGone(ChildOf(e.Host), e.Status, e.Log); break;
            case HostNotStarted e: OnTaskProcessNotStarted(_slots[e.Host.Slot], e.Reason); break;
            case HostGone e: OnTaskProcessGone(_slots[e.Host.Slot], e.Status, e.Log); break;
            case OutputRead e: OnOutputRead(e); break;
            case FollowReceived e: OnFollowReceived(e.Follow); break;
            case LibraryUp e: OnLibraryUp(e); break;
            case LibraryGone e: OnLibraryGone(e); break;
            case FunctionLoaded e: OnFunctionLoaded(e); break;
            case LinkOpened e: OnLinkOpened(e.Manager); break;
            case Welcomed e: OnWelcomed(e.Manager); break;
            case LinkLost: OnLinkLost(); break;
            case MakeFileReceived e: OnMakeFileReceived(e.Make); break;
            case FunctionsForgotten e: OnFunctionsForgotten(e.Numbers); break;
            case ModuleReceived e: OnModuleReceived(e.Module); break;
            case FileArrivalFailed e: OnFileArrivalFailed(e.File, e.Reason); break;
            case FileNotGot e: OnFileNotGot(e); break;
            case FilesChecked e: OnFilesChecked(e); break;
            case NamedFilesFound e: OnNamedFilesFound(e.Files); break;
            case NameLost e: OnNameLost(e.Name); break;
            case FileUnreadable e: OnFileUnreadable(e.File, e.Reason); break;
            default: throw new ArgumentException($"event {happened.GetType().Name} is not known", nameof(happened));
        }
    }

    private TimeSpan? NextWake()
    {
        var wake = TimeSpan.MaxValue;
        foreach (var library in _libraries)
        {
            // What is not asked for now will be by an event; what was put off comes by time.
            if (library.State == HostState.None && (library.Id == 0 || (library.StartAt > _now && WaitingFor(library) is not null)))
                wake = Earlier(wake, library.StartAt);
            foreach (var child in library.Children)
            {
                if (child.State == HostState.None && library.State == HostState.Up && !library.IsReloading && (library.Id == 0 || (child.ForkAt > _now && Wanted(library) > 0)))
                    wake = Earlier(wake, child.ForkAt);
                if (KillTime(child) is { } kill)
                    wake = Earlier(wake, kill);
            }
        }

        return wake == TimeSpan.MaxValue ? null : wake;
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Do(WorkerEffect effect) => _effects.Add(effect);

    private RestartDelay NewDelay() => new(_options.RestartDelay, _options.RestartDelayLimit);
}
