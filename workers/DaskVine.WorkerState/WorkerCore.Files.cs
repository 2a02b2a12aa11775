using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>The cache: what is in it is known here, how it is stored is the shell's business.</content>
public sealed partial class WorkerCore
{
    private readonly FileTable _files = new();

    private void OnFileReceived(FileId file, long size)
    {
        // It is in the cache already: what this step was to delete is the one before it, which it has replaced.
        _effects.RemoveAll(effect => effect is DeleteFile delete && delete.File == file);
        OnFileHere(file, size, FileOrigin.Own);
        EndGetting(file, size, sent: true);
        KeepWithinLimit(file);
    }

    /// <summary>A file was made here.</summary>
    private void OnFileArrived(FileId file, long size)
    {
        OnFileHere(file, size, FileOrigin.Own);
        EndGetting(file, size, sent: false);
    }

    private void OnFileHere(FileId file, long size, FileOrigin origin)
    {
        DropPart(file);
        // What was lost since the last hello and came again is not lost.
        _lostUnlinked.RemoveAll(lost => lost.File == file);
        _files.Arrive(file, size, origin, _lastCall, _runnable);
        foreach (var task in _runnable)
            MakeReady(task);
        _runnable.Clear();
    }

    private void OnFileArrivalFailed(FileId file, string reason)
    {
        var sent = _getting.GetValueOrDefault(file) is { State: GettingState.ByLink } getting ? getting : null;
        if (sent is null)
        {
            ReportOnce(new TransferFailed(file, 0, TransferFailureKind.CannotStore, reason));
            FailWaiters(file, reason);
            return;
        }

        Reserve(sent, 0);
        Refuse(sent, reason);
    }

    // Asking for it again would fail again: a full disk does not empty itself.
    private void FailWaiters(FileId file, string reason)
    {
        var failure = Failure.Of(FailureKind.Unloadable, $"an input could not be stored at the worker: {reason}");
        foreach (var task in _files.WaitersOf(file))
        {
            task.MissingFiles = 0;
            Fail(task, failure);
        }
    }

    private void OnReleaseReceived(IReadOnlyList<FileId> files)
    {
        foreach (var file in files)
        {
            CancelMaker(file);
            Abandon(file);
            DropPart(file);
            if (_files.Release(file))
                Do(new DeleteFile(file));
        }
    }

    private void OnFetchReceived(FileId file)
    {
        if (_files.BeginUpload(file))
            Do(new UploadFile(file));
        else
            ReportOnce(new FileLost(file, "it is not in the worker's cache"));
    }

    private void OnUploadEnded(FileId file)
    {
        if (_files.EndUpload(file))
            Do(new DeleteFile(file));
    }

    private void OnFileUnreadable(FileId file, string reason)
    {
        _files.Lose(file);
        ReportLost(new FileLost(file, reason));
    }

    private void ReportLost(FileLost lost)
    {
        if (_linked)
            Do(new Report(lost));
        else
            _lostUnlinked.Add(lost);
    }

    private void StopUsingFiles(HeldTask task)
    {
        _files.StopUsing(task, _deletable);
        foreach (var file in _deletable)
            Do(new DeleteFile(file));
        _deletable.Clear();
    }
}
