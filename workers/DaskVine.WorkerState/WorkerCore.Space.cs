using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// The limit of the cache. What has to go goes in this order: unused files that only their names keep, replicas that no task uses, and at
/// last what was made here; each kind in order of its last use. A transfer that finds no room waits as long as something here goes on.
/// </content>
public sealed partial class WorkerCore
{
    // Transfers that wait for room, in order; those that are over or have started are skipped.
    private readonly Queue<Getting> _postponed = new();
    private long _reserved;
    private bool _toldOverLimit;

    private long RoomTaken => _files.Bytes + _files.Named.Bytes + _reserved;

    private void OnNamedFilesFound(IReadOnlyList<NamedFile> found)
    {
        foreach (var (name, size) in found)
            _files.Named.Add(name, size);
        MakeRoom(0, but: null);
    }

    private void OnNameLost(string name) => _files.LoseName(name);

    /// <summary>A file that is here is kept beyond its release when it has a name and a level that say so.</summary>
    private void KeepName(Transfer transfer) => KeepName(transfer.File, transfer.Name, transfer.Level);

    private void KeepName(FileId file, string name, CacheLevel level)
    {
        if (level < CacheLevel.Worker || !NamedFiles.IsValid(name) || !_files.TryName(file, name))
            return;
        Do(new NameFile(file, name, level));
    }

    private void Reserve(Getting getting, long size)
    {
        _reserved += size - getting.Reserved;
        getting.Reserved = size;
    }

    /// <summary>Deletes until so many bytes more have room; returns whether they do.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="but">A file that has just come and is to stay.</param>
    private bool MakeRoom(long size, FileId? but)
    {
        if (_options.Disk == 0)
            return true;
        // Nothing is given up for what would not fit all the same.
        if (size > 0 && RoomTaken + size > _options.Disk && _files.BytesInUse() + _reserved + size > _options.Disk)
            return false;
        while (RoomTaken + size > _options.Disk)
        {
            if (_files.Named.OldestUnused is { } name)
            {
                _files.Named.Remove(name);
                Do(new DeleteNamed(name));
            }
            else if (_files.FirstIdle(but) is { } file)
                Evict(file);
            else
                return false;
        }

        return true;
    }

    private void Evict(FileId file)
    {
        _files.Lose(file);
        Do(new DeleteFile(file));
        ReportLost(new FileLost(file, $"evicted: the worker's disk limit of {_options.Disk} bytes"));
    }

    /// <summary>A file has come that nobody could refuse.</summary>
    private void KeepWithinLimit(FileId file)
    {
        if (MakeRoom(0, but: file) || _toldOverLimit)
            return;
        _toldOverLimit = true;
        Do(new WriteLog(
            $"the cache holds {RoomTaken} bytes, more than its limit of {_options.Disk} (--disk): tasks use all of them, or they were just made"));
    }

    private void Postpone(Getting getting)
    {
        getting.State = GettingState.Postponed;
        _postponed.Enqueue(getting);
    }

    /// <summary>Starts postponed transfers that have room now. Refuses one when nothing goes on here that could make room.</summary>
    private void StartPostponed()
    {
        while (_postponed.TryPeek(out var getting))
        {
            if (getting.State != GettingState.Postponed || _getting.GetValueOrDefault(getting.Transfer.File) != getting)
            {
                _postponed.Dequeue();
                continue;
            }

            if (MakeRoom(getting.Transfer.Size, but: null))
            {
                _postponed.Dequeue();
                Begin(getting);
            }
            else if (getting.Transfer.Size > _options.Disk || !GoesOn())
            {
                _postponed.Dequeue();
                Refuse(getting, NoRoomFor(getting.Transfer.Size));
            }
            else
                return;
        }
    }

    private string NoRoomFor(long size) =>
        $"its {size} bytes do not fit: the worker's cache may hold {_options.Disk} bytes (--disk), and {RoomTaken} are in use; start workers with "
        + "a larger --disk, or make the pieces smaller";

    private bool GoesOn() =>
        _getting.Values.Any(getting => getting.State != GettingState.Postponed) || _runningMakers.Count > 0 || SentTasks().Any()
        || _tasks.Values.Any(task => task.State is HeldTaskState.Ready or HeldTaskState.Checked);
}
