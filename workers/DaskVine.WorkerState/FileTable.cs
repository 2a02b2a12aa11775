using System.Runtime.InteropServices;
using DaskVine.Protocol;

namespace DaskVine.WorkerState;

/// <summary>Which files are in the cache, who needs them, and which may go.</summary>
internal sealed class FileTable
{
    // Every file that is here or that a task waits for; no other.
    private readonly Dictionary<FileId, Entry> _files = [];

    /// <summary>Counts a task as user of its input files; returns whether all of them are here.</summary>
    public bool Use(HeldTask task)
    {
        task.UsesFiles = true;
        foreach (var input in task.Assign.Inputs)
        {
            if (input.Value is not null)
                continue;
            var file = EntryOf(input.File);
            file.Users++;
            if (file.Present)
                continue;
            file.Waiters.Add(task);
            task.MissingFiles++;
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

    /// <summary>A file is here; adds to <paramref name="runnable"/> the tasks that waited for nothing else.</summary>
    public void Arrive(FileId id, long size, List<HeldTask> runnable)
    {
        var file = EntryOf(id);
        file.Present = true;
        file.Released = false;
        file.Size = size;
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
        file.Present = false;
        file.Released = false;
        file.Uploads = 0;
        DropUnneeded(id, file);
    }

    public bool IsPresent(FileId id) => _files.TryGetValue(id, out var file) && file.Present;

    /// <summary>The tasks that wait for a file.</summary>
    public HeldTask[] WaitersOf(FileId id) => _files.TryGetValue(id, out var file) ? [.. file.Waiters.Distinct()] : [];

    public FileSize[] Present() => [.. _files.Where(f => f.Value.Present).Select(f => new FileSize(f.Key, f.Value.Size))];

    public void Clear() => _files.Clear();

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
        }

        Invariant.Holds(named.Keys.All(_files.ContainsKey), "a task uses a file that is not in the table");
    }

    private Entry EntryOf(FileId id) => CollectionsMarshal.GetValueRefOrAddDefault(_files, id, out _) ??= new Entry();

    /// <summary>Removes an entry that serves nobody; returns whether that leaves a file to be deleted.</summary>
    private bool DropUnneeded(FileId id, Entry file)
    {
        if (file.Users > 0 || file.Uploads > 0 || (file.Present && !file.Released))
            return false;
        _files.Remove(id);
        return file.Present;
    }

    private sealed class Entry
    {
        // Waiting tasks that name this file, as often as they name it; empty once it is here.
        public readonly List<HeldTask> Waiters = [];

        public bool Present { get; set; }

        /// <summary>To be deleted when nothing here uses it any more.</summary>
        public bool Released { get; set; }

        public long Size { get; set; }

        /// <summary>How often tasks that have not ended name it.</summary>
        public int Users { get; set; }

        public int Uploads { get; set; }
    }
}
