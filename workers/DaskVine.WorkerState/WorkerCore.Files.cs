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
        OnFileArrived(file, size);
    }

    private void OnFileArrived(FileId file, long size)
    {
        _files.Arrive(file, size, _runnable);
        foreach (var task in _runnable)
            MakeReady(task);
        _runnable.Clear();
    }

    private void OnFileArrivalFailed(FileId file, string reason)
    {
        // Asking for it again would fail again: a full disk does not empty itself.
        var failure = Failure.Of(FailureKind.Unloadable, $"an input could not be stored at the worker: {reason}");
        var waiters = _files.WaitersOf(file);
        // The manager takes the file to be here, and would give tasks that wait for it in vain.
        if (waiters.Length == 0)
            ReportOnce(new FileLost(file, reason));
        foreach (var task in waiters)
        {
            task.MissingFiles = 0;
            Fail(task, failure);
        }
    }

    private void OnReleaseReceived(IReadOnlyList<FileId> files)
    {
        foreach (var file in files)
        {
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
        var lost = new FileLost(file, reason);
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
