using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// A worker as the protocol describes it, with messages on their way in both directions. What files and values hold is text that starts
/// with the name of their node ("graph.node"), so that a task sees whether it got the right ones.
/// </summary>
internal sealed partial class ModelWorker(WorkerId id, int cores, string name = "", long resources = 0)
{
    public const long LargeSize = 1_000;

    // By number; those of libraries are specs.
    private readonly Dictionary<int, FunctionCode> _functions = [];

    // In order of assignment; those with a report have ended and were not acknowledged.
    private readonly List<HeldTask> _held = [];

    // What is in the cache; those released are kept while a task reads them.
    private readonly Dictionary<FileId, string> _files = [];
    private readonly HashSet<FileId> _released = [];

    public WorkerId Id { get; set; } = id;

    public int Cores => cores;

    public string Name => name;

    /// <summary>What it has of <see cref="ModelOptions.Resource"/>.</summary>
    public long Resources => resources;

    /// <summary>Nodes that run here and, as far as the manager can know, should.</summary>
    public IEnumerable<string> Running =>
        _held.Where(task => task.Started && task.Report is null && !task.Orphan).Select(task => Encoding.UTF8.GetString(task.Assign.Body.Span));

    /// <summary>Records, files with their content, and reports that are acknowledged, on their way from the manager.</summary>
    public Queue<object> Inbox { get; } = new();

    /// <summary>Records, and uploads with their content, on their way to the manager.</summary>
    public Queue<object> Outbox { get; } = new();

    public bool IsIdle => Inbox.Count == 0 && Outbox.Count == 0 && _held.Count == 0 && !IsGetting;

    public IReadOnlyCollection<string> Files => _files.Values;

    public override string ToString() => $"{Id}: holds {string.Join(' ', _held)}, files {string.Join(' ', _files.Values)}, gets {string.Join(' ', _getting.Values.Select(getting => getting.Transfer))}";

    public WorkerJoined SayHello()
    {
        Inbox.Clear();
        Outbox.Clear();
        AbandonWhatIsSent();
        foreach (var task in _held.Where(task => task.Report is not null))
        {
            Outbox.Enqueue(task.Report!);
            // The inventory cannot say this of a file that the manager learns of only now.
            if (task.Report is Completed { Value: null } && !_files.ContainsKey(task.Assign.Output))
                Outbox.Enqueue(new FileLost(task.Assign.Output, "disk error"));
        }

        return new WorkerJoined(Id, new Hello(
            ProtocolVersion.Current, Hello.WorkerRole, "", name, 0, new Dictionary<string, string>(), cores,
            [.. _files.Keys.Select(file => new FileSize(file, LargeSize))], [.. _held.Select(task => task.Attempt)],
            new Dictionary<string, long> { [ModelOptions.Resource] = resources }, Peer, Disk));
    }

    /// <summary>The manager takes it for gone, though it lives and runs what it has.</summary>
    public void IsGivenUp() => _held.ForEach(task => task.Orphan = true);

    public void Receive()
    {
        if (!Inbox.TryDequeue(out var message))
            return;
        switch (message)
        {
            case FunctionCode e: _functions[e.Number] = e; break;
            case ForgetFunctions e:
                foreach (var number in e.Numbers)
                    _functions.Remove(number);
                break;
            case Assign e: Accept(e); break;
            case Upload: break;
            case Retract e: GiveBack(e.Tasks); break;
            case Cancel e: Drop(e.Tasks); break;
            case Release e: Release(e.Files); break;
            case Transfer e: Get(e); break;
            case Fetch e when _files.TryGetValue(e.File, out var content): Outbox.Enqueue((e.File, content)); break;
            case Fetch e: Outbox.Enqueue(new FileLost(e.File, "not here")); break;
            case Completed or Failed: _held.RemoveAll(task => ReferenceEquals(task.Report, message)); break;
            case (FileId file, string put): TakePut(file, put); break;
            default: throw new InvalidOperationException($"the model does not know {message}");
        }
    }

    /// <summary>Starts a task that can start, in order, those apart that wait for the slots of their library; no more than there are cores.</summary>
    public void Start()
    {
        var running = _held.Where(task => task.Started && task.Report is null).ToList();
        var ready = _held.FirstOrDefault(
            task => !task.Started && FilesOf(task.Assign).All(_files.ContainsKey) && HasSlot(task.Assign, running));
        if (ready is null || running.Sum(task => CoresOf(task.Assign)) + CoresOf(ready.Assign) > cores)
            return;
        ready.Started = true;
        foreach (var input in ready.Assign.Inputs)
            ready.Inputs.Add(NodeIn(input.Value is { } value ? Encoding.UTF8.GetString(value.Span) : _files[input.File]));
    }

    /// <summary>Ends the task that started first, if any; returns what it read, for its node.</summary>
    public (string Node, List<string> Inputs)? End(bool large, bool fails, long durationUs)
    {
        if (_held.Find(task => task.Started && task.Report is null) is not { } task)
            return null;
        var (id, attempt) = task.Attempt;
        var node = Encoding.UTF8.GetString(task.Assign.Body.Span);
        CallOutput? output = task.Assign.Capture ? new CallOutput(node, "") : null;
        if (fails)
            task.Report = new Failed(id, attempt, Failure.Of(FailureKind.Raised, "no"), output);
        else if (!large)
            task.Report = new Completed(id, attempt, durationUs, task.Assign.Body.Length, task.Assign.Body, output);
        else
        {
            task.Report = new Completed(id, attempt, durationUs, LargeSize, null, output);
            Keep(task.Assign.Output, node);
        }

        Outbox.Enqueue(task.Report);
        DeleteReleased();
        return (node, task.Inputs);
    }

    /// <summary>All reports that have left are acknowledged.</summary>
    public void AcknowledgeAll()
    {
        foreach (var task in _held.Where(task => task.Report is not null && !Outbox.Contains(task.Report)))
            Inbox.Enqueue(task.Report!);
    }

    public bool LoseFile(Decisions decisions)
    {
        if (_files.Count == 0)
            return false;
        var file = _files.Keys.ElementAt(decisions.Below(_files.Count));
        _files.Remove(file);
        _released.Remove(file);
        Outbox.Enqueue(new FileLost(file, "disk error"));
        return true;
    }

    public static string NodeIn(string content) => content.TrimEnd('x');

    private LibrarySpec? LibraryOf(Assign assign) => assign.Library is { } number ? LibrarySpec.Read(_functions[number].Code.Span) : null;

    private int CoresOf(Assign assign) => LibraryOf(assign)?.CoresPerCall ?? 1;

    private bool HasSlot(Assign assign, List<HeldTask> running) =>
        LibraryOf(assign) is not { } library || running.Count(task => task.Assign.Library == assign.Library) < library.CallsAtOnce(cores);

    private void Accept(Assign assign)
    {
        Assert.All(assign.Functions, function => Assert.Contains(function, _functions.Keys));
        Assert.True(LibraryOf(assign) is not { } library || library.CoresPerCall <= cores, $"a worker with {cores} cores gets a call that takes more");
        _held.RemoveAll(task => task.Assign.Task == assign.Task && task.Assign.Attempt < assign.Attempt);
        _held.Add(new HeldTask(assign));
    }

    private void Drop(IReadOnlyList<TaskId> tasks)
    {
        foreach (var task in _held.Where(task => tasks.Contains(task.Assign.Task)).ToList())
        {
            _held.Remove(task);
            if (task.Report is Completed { Value: null })
                Release([task.Assign.Output]);
        }

        DeleteReleased();
    }

    private void GiveBack(IReadOnlyList<TaskId> tasks)
    {
        var given = _held.Where(task => !task.Started && tasks.Contains(task.Assign.Task)).ToList();
        _held.RemoveAll(given.Contains);
        Outbox.Enqueue(new Retracted([.. given.Select(task => task.Attempt)]));
        DeleteReleased();
    }

    private void DeleteReleased()
    {
        foreach (var file in _released.ToList())
        {
            if (_held.Exists(task => task.Report is null && FilesOf(task.Assign).Contains(file)))
                continue;
            _files.Remove(file);
            _released.Remove(file);
        }
    }

    private static IEnumerable<FileId> FilesOf(Assign assign) =>
        assign.Inputs.Where(input => input.Value is null).Select(input => input.File);

    private sealed class HeldTask(Assign assign)
    {
        public Assign Assign { get; } = assign;

        public TaskAttempt Attempt => new(Assign.Task, Assign.Attempt);

        public List<string> Inputs { get; } = [];

        public bool Started { get; set; }

        public Record? Report { get; set; }

        /// <summary>Its worker was given up with it.</summary>
        public bool Orphan { get; set; }

        public override string ToString() => $"{Encoding.UTF8.GetString(Assign.Body.Span)}#{Assign.Attempt}{(Started ? "!" : "")}";
    }
}
