using System.Runtime.InteropServices;
using DaskVine.Protocol;

namespace DaskVine.WorkerState;

/// <summary>Which files are in the cache, who needs them, and which may go.</summary>
internal sealed class FileTable
{
    // Every file that is here or that a task waits for; no other.
    private readonly Dictionary<FileId, CachedFile> _files = [];
    private readonly IdleFiles _idle = new();

    /// <summary>Those that stay under their names.</summary>
    public NamedFiles Named { get; } = new();

    /// <summary>What is here takes this much room together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts a task as user of its input files; returns whether all of them are here.</summary>
    public bool Use(HeldTask task)
    {
        if (task.Assign.Inputs.Count == 0)
            return true;
        task.UsesFiles = true;
        foreach (var input in task.Assign.Inputs)
        {
            if (input.Value is not null)
                continue;
            var file = EntryOf(input.File);
            file.Users++;
            _idle.Note(input.File, file);
            Await(file, task);
        }

        return task.MissingFiles == 0;
    }

    /// <summary>A task that uses its files was not able to run; returns whether all of them are here.</summary>
    public bool UseAgain(HeldTask task)
    {
        foreach (var input in task.Assign.Inputs)
        {
            if (input.Value is null)
                Await(_files[input.File], task);
        }

        return task.MissingFiles == 0;
    }

    /// <summary>Undoes <see cref="Use"/>; adds to <paramref name="deletable"/> what nobody needs any more.</summary>
    public void StopUsing(HeldTask task, List<FileId> deletable)
    {
        if (!task.UsesFiles)
            return;
        task.UsesFiles = false;
        foreach (var input in task.Assign.Inputs)
        {
            if (input.Value is not null)
                continue;
            var file = _files[input.File];
            file.Users--;
            if (!file.Present)
                file.Waiters.Remove(task);
            if (DropUnneeded(input.File, file))
                deletable.Add(input.File);
        }
    }

    /// <summary>
    /// A file is here, after <paramref name="call"/> was sent and before the next one; adds to <paramref name="runnable"/> the tasks that waited
    /// for nothing else.
    /// </summary>
    public void Arrive(FileId id, long size, FileOrigin origin, long call, List<HeldTask> runnable)
    {
        var file = EntryOf(id);
        Leave(id, file);
        (file.Present, file.Size, file.Origin, file.CallBefore) = (true, size, origin, call);
        Bytes += file.Counted;
        _idle.Note(id, file);
        foreach (var task in file.Waiters)
        {
            if (--task.MissingFiles == 0)
                runnable.Add(task);
        }

        file.Waiters.Clear();
    }

    /// <summary>The manager does not need a file; returns whether it is to be deleted now rather than when its last user ends.</summary>
    public bool Release(FileId id)
    {
        if (!_files.TryGetValue(id, out var file) || !file.Present)
            return false;
        file.Released = true;
        return DropUnneeded(id, file);
    }

    /// <summary>Returns whether the file is here, and keeps it until <see cref="EndUpload"/>.</summary>
    public bool BeginUpload(FileId id)
    {
        if (!_files.TryGetValue(id, out var file) || !file.Present)
            return false;
        file.Uploads++;
        _idle.Note(id, file);
        return true;
    }

    /// <summary>Returns whether the file is to be deleted now.</summary>
    public bool EndUpload(FileId id)
    {
        if (!_files.TryGetValue(id, out var file) || file.Uploads == 0)
            return false;
        file.Uploads--;
        return DropUnneeded(id, file);
    }

    /// <summary>A file is not here after all. Its users find that out when they run.</summary>
    public void Lose(FileId id)
    {
        if (!_files.TryGetValue(id, out var file))
            return;
        Leave(id, file);
        file.Uploads = 0;
        DropUnneeded(id, file);
    }

    /// <summary>Keeps the content of a file that is here under a name, beyond its release.</summary>
    /// <returns>False when it is not here, or has a name.</returns>
    public bool TryName(FileId id, string name)
    {
        if (!_files.TryGetValue(id, out var file) || !file.Present || file.Name is not null || file.Origin == FileOrigin.Elsewhere)
            return false;
        Named.Add(name, file.Size);
        Named.Bind(name);
        Bytes -= file.Counted;
        file.Name = name;
        return true;
    }

    /// <summary>What was kept under a name is not, any more; files that are bound to it have their content for themselves.</summary>
    public void LoseName(string name)
    {
        foreach (var file in _files.Values.Where(file => file.Name == name))
        {
            file.Name = null;
            Bytes += file.Counted;
        }

        Named.Remove(name);
    }

    /// <summary>The file to delete first when there is no room, other than <paramref name="but"/>; null when all are in use.</summary>
    public FileId? FirstIdle(FileId? but) => _idle.First(but);

    /// <summary>What could not be deleted to make room.</summary>
    public long BytesInUse()
    {
        var used = _files.Values.Where(file => file.Present && !file.IsIdle);
        return used.Sum(file => file.Counted) + Named.BytesOf(used.Where(file => file.Name is not null).Select(file => file.Name!));
    }

    /// <summary>The manager needs it again after all.</summary>
    public void Keep(FileId id) => _files[id].Released = false;

    /// <summary>Its size when it is here.</summary>
    public long? SizeOf(FileId id) => _files.TryGetValue(id, out var file) && file.Present ? file.Size : null;

    /// <summary>Whether it is here and was not when a call was sent.</summary>
    public bool HasComeAfter(FileId id, long call) => _files.TryGetValue(id, out var file) && file.Present && file.CallBefore >= call;

    public bool IsPresent(FileId id) => _files.TryGetValue(id, out var file) && file.Present;

    /// <summary>The tasks that wait for a file.</summary>
    public HeldTask[] WaitersOf(FileId id) => _files.TryGetValue(id, out var file) ? [.. file.Waiters.Distinct()] : [];

    public FileSize[] Present() => [.. _files.Where(f => f.Value.Present).Select(f => new FileSize(f.Key, f.Value.Size))];

    /// <summary>Forgets all but what has a name.</summary>
    public void Clear()
    {
        foreach (var name in BoundNames())
            Named.Unbind(name);
        _files.Clear();
        _idle.Clear();
        Bytes = 0;
    }

    public void CheckInvariants(IEnumerable<HeldTask> users)
    {
        var named = users.SelectMany(t => t.Assign.Inputs).Where(i => i.Value is null).CountBy(i => i.File).ToDictionary();
        foreach (var (id, file) in _files)
        {
            Invariant.Holds(file.Present || file.Users > 0, $"{id} is neither here nor waited for");
            Invariant.Holds(file.Users == named.GetValueOrDefault(id), $"{id} has {file.Users} users, not {named.GetValueOrDefault(id)}");
            Invariant.Holds(!file.Released || file.Users + file.Uploads > 0, $"{id} was released and nobody keeps it");
            Invariant.Holds(!file.Present || file.Waiters.Count == 0, $"{id} is here and waited for");
            Invariant.Holds(file.Waiters.TrueForAll(t => t.State == HeldTaskState.Waiting), $"{id} has waiters that do not wait");
            Invariant.Holds(file.IsIdle == (file.Idle is not null), $"{id} is idle and not listed, or listed and not idle");
            Invariant.Holds(file.Name is null || file.Present, $"{id} is not here and keeps a name");
        }

        Invariant.Holds(_idle.Count == _files.Values.Count(file => file.IsIdle), "files that are not idle are listed");
        Invariant.Holds(Bytes == _files.Values.Sum(file => file.Counted), "the bytes of the cache are miscounted");
        Named.CheckInvariants(BoundNames());
        Invariant.Holds(named.Keys.All(_files.ContainsKey), "a task uses a file that is not in the table");
    }

    private CachedFile EntryOf(FileId id) => CollectionsMarshal.GetValueRefOrAddDefault(_files, id, out _) ??= new CachedFile();

    private static void Await(CachedFile file, HeldTask task)
    {
        if (file.Present)
            return;
        file.Waiters.Add(task);
        task.MissingFiles++;
    }

    private List<string> BoundNames() => [.. _files.Values.Where(file => file.Name is not null).Select(file => file.Name!)];

    /// <summary>It is not here, or not as it was.</summary>
    private void Leave(FileId id, CachedFile file)
    {
        Bytes -= file.Counted;
        if (file.Name is { } name)
            Named.Unbind(name);
        (file.Present, file.Released, file.Name) = (false, false, null);
        _idle.Note(id, file);
    }

    /// <summary>Removes an entry that serves nobody; returns whether that leaves a file to be deleted.</summary>
    private bool DropUnneeded(FileId id, CachedFile file)
    {
        _idle.Note(id, file);
        if (file.Users > 0 || file.Uploads > 0 || (file.Present && !file.Released))
            return false;
        _files.Remove(id);
        var present = file.Present;
        Leave(id, file);
        return present;
    }
}
