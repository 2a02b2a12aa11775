using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <content>Files on their way to a model worker, from the manager or from others.</content>
internal sealed partial class ModelWorker
{
    private readonly Dictionary<FileId, Getting> _getting = [];

    /// <summary>Others can get its files.</summary>
    public bool IsPeer { get; init; }

    /// <summary>The same at workers that can link each other's files.</summary>
    public string Host { get; init; } = "";

    /// <summary>What it says that its cache may hold; the model does not mind more.</summary>
    public long Disk { get; init; }

    /// <summary>Where its files are had from; a worker that was given up and is back has the same.</summary>
    public string Address { get; } = $"peer {id.Value}";

    public PeerEndpoint? Peer => IsPeer ? new PeerEndpoint(Address, "", Host, Host) : null;

    public bool IsGetting => _getting.Count > 0;

    /// <summary>What is in the cache; null when it is not.</summary>
    public string? ContentOf(FileId file) => _files.GetValueOrDefault(file);

    /// <summary>One of the files that it gets comes, or not.</summary>
    /// <param name="which">Chooses one of them.</param>
    /// <param name="outcome">What becomes of it: its content, or why it does not come.</param>
    public void Advance(int which, Func<Transfer, (string? Content, TransferFailureKind Failure)> outcome)
    {
        var candidates = _getting.Values.Where(getting => getting.Transfer.Address.Length > 0).ToList();
        if (candidates.Count == 0)
            return;
        var getting = candidates[which % candidates.Count];
        var transfer = getting.Transfer;
        var (content, failure) = outcome(transfer);
        if (content is not null)
        {
            Keep(transfer.File, content);
            return;
        }

        Outbox.Enqueue(new TransferFailed(transfer.File, transfer.Number, failure, "no"));
        if (getting.Next is { } next && failure != TransferFailureKind.CannotStore)
        {
            _getting[transfer.File] = new Getting(next);
            return;
        }

        if (getting.Next is { } refused)
            Outbox.Enqueue(new TransferFailed(refused.File, refused.Number, failure, "no"));
        _getting.Remove(transfer.File);
        if (failure == TransferFailureKind.CannotStore)
            FailWaiters(transfer.File);
    }

    private void Get(Transfer transfer)
    {
        if (_files.ContainsKey(transfer.File))
        {
            _released.Remove(transfer.File);
            Outbox.Enqueue(new Transferred(transfer.File, LargeSize, transfer.Number, 0, 0));
        }
        else if (_getting.TryGetValue(transfer.File, out var getting) && transfer.Address.Length > 0)
            getting.Next = transfer;
        else
            _getting[transfer.File] = new Getting(transfer);
    }

    private void TakePut(FileId file, string content)
    {
        if (!_getting.ContainsKey(file))
            Outbox.Enqueue(new Transferred(file, LargeSize, 0, LargeSize, 10));
        Keep(file, content);
    }

    /// <summary>A file is here, however it came; what it was to come by is over.</summary>
    private void Keep(FileId file, string content)
    {
        _files[file] = content;
        _released.Remove(file);
        if (!_getting.Remove(file, out var getting))
            return;
        Outbox.Enqueue(new Transferred(file, LargeSize, getting.Transfer.Number, LargeSize, 10));
        if (getting.Next is { } next)
            Outbox.Enqueue(new Transferred(file, LargeSize, next.Number, 0, 0));
    }

    private void Release(IEnumerable<FileId> files)
    {
        foreach (var file in files)
        {
            _getting.Remove(file);
            if (_files.ContainsKey(file))
                _released.Add(file);
        }

        DeleteReleased();
    }

    // It cannot be stored, and the tasks that wait for it cannot run.
    private void FailWaiters(FileId file)
    {
        foreach (var task in _held.Where(task => !task.Started && task.Report is null && FilesOf(task.Assign).Contains(file)))
        {
            task.Started = true;
            task.Report = new Failed(task.Assign.Task, task.Assign.Attempt, Failure.Of(FailureKind.Unloadable, "disk full"));
            Outbox.Enqueue(task.Report);
        }
    }

    private void AbandonWhatIsSent()
    {
        foreach (var sent in _getting.Where(getting => getting.Value.Transfer.Address.Length == 0).ToList())
            _getting.Remove(sent.Key);
    }

    private sealed class Getting(Transfer transfer)
    {
        public Transfer Transfer { get; } = transfer;

        public Transfer? Next { get; set; }
    }
}
