using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// The link to the manager. While there is none the worker goes on with what it has; the inventory of the next hello and the reports
/// after the welcome settle what the manager missed.
/// </content>
public sealed partial class WorkerCore
{
    private bool _linked;

    // Whose tasks, files and functions these are; null before the first welcome.
    private string? _manager;

    // Files lost since the last hello, whose inventory still had them. Empty while there is a link.
    private readonly List<FileLost> _lostUnlinked = [];

    // Of a library that came up after the last hello, while there is no link to tell them by.
    private IReadOnlyDictionary<string, string>? _versions;

    private void OnLinkOpened(string? manager)
    {
        OnLinkLost();
        _lostUnlinked.Clear();
        _gotUnlinked.Clear();
        ForsakeMakers();
        // The hello has them.
        _versions = null;
        if (manager is not null)
            Serve(manager);
        Do(new SayHello(_files.Present(), [.. _tasks.Values.Select(t => t.Attempt)]));
    }

    private void OnWelcomed(string manager)
    {
        Serve(manager);
        _linked = true;
        foreach (var task in _tasks.Values)
        {
            if (task.Report is null)
                continue;
            Do(new Report(task.Report));
            // It may have been lost before the hello, and the manager believes the later of the two.
            foreach (var file in FilesOf(task).Where(file => !_files.IsPresent(file)))
                Do(new Report(new FileLost(file, "it was lost before its task was reported")));
        }

        foreach (var lost in _lostUnlinked)
            Do(new Report(lost));
        _lostUnlinked.Clear();
        FollowAnew();
        TellGot();
        TellParts();
        TellVersions(_versions);
    }

    private void OnLinkLost()
    {
        _linked = false;
        _answers.Clear();
        AbandonChunks();
    }

    /// <summary>Tells what the last hello was too early for.</summary>
    private void TellVersions(IReadOnlyDictionary<string, string>? versions)
    {
        if (_linked && versions is not null)
            Do(new Report(new Versions(versions)));
        _versions = _linked ? null : versions;
    }

    private void OnReportsAcknowledged(IReadOnlyList<TaskAttempt> reports)
    {
        for (var i = 0; i < reports.Count; i++)
        {
            var (id, attempt) = reports[i];
            if (!_tasks.TryGetValue(id, out var task) || task.State != HeldTaskState.Ended || task.Assign.Attempt != attempt)
                continue;
            _tasks.Remove(id);
            task.State = HeldTaskState.Gone;
        }
    }

    /// <summary>Without a link such a report is not needed: the next inventory says the same.</summary>
    private void ReportOnce(Record record)
    {
        if (_linked)
            Do(new Report(record));
    }

    /// <summary>Another manager knows nothing of the tasks and files of the one before, and gives their numbers anew.</summary>
    private void Serve(string manager)
    {
        if (_manager == manager)
            return;
        if (_manager is not null)
            DiscardEverything();
        _manager = manager;
    }

    private void DiscardEverything()
    {
        foreach (var task in SentTasks())
        {
            task.Cancelled = true;
            task.UsesFiles = false;
        }

        foreach (var task in _tasks.Values)
        {
            if (task.State != HeldTaskState.Sent)
                task.State = HeldTaskState.Gone;
        }

        EndWork();
        DiscardMakers();
        DiscardTransfers();
        _tasks.Clear();
        _files.Clear();
        _lostUnlinked.Clear();
        _functions.Clear();
        _modules.Clear();
        _expressions = new HeldFunction(null);
        Do(new DeleteAllFiles());
    }
}
