namespace DaskVine.Scheduling.Model;

/// <summary>A worker process as the manager sees it.</summary>
internal sealed class VineWorker(WorkerId id, string name, int cores)
{
    public WorkerId Id { get; } = id;

    /// <summary>For people.</summary>
    public string Name { get; } = name;

    public int Cores { get; } = cores;

    /// <summary>All and only the tasks whose <see cref="VineTask.Worker"/> is this one, by ascending time of assignment.</summary>
    public AssignedTasks Assigned { get; } = new();

    /// <summary>All and only the files that list this worker as a holder, those on their way to it included.</summary>
    public HashSet<VineFile> Files { get; } = [];

    /// <summary>
    /// Outputs that it has from an earlier attempt at a task of <see cref="Assigned"/>. The present attempt overwrites one, or makes
    /// it a leftover: by giving a small value, or by not ending there.
    /// </summary>
    public HashSet<VineFile> Leftovers { get; } = [];

    /// <summary>Numbers of the functions that were sent on the present link.</summary>
    public HashSet<int> Functions { get; } = [];

    /// <summary>Sum of <see cref="VineTask.LoadUs"/> over <see cref="Assigned"/>.</summary>
    public long LoadUs { get; set; }

    /// <summary>It was asked to give tasks back and has not answered.</summary>
    public bool Retracting { get; set; }

    /// <summary>Not to be asked again before: what it would not give back has started.</summary>
    public TimeSpan NextRetraction { get; set; }

    /// <summary>When it last completed a task, or got one while it had none.</summary>
    public TimeSpan LastProgress { get; set; }

    /// <summary>Set while it is in the index, under <see cref="IndexedLoad"/>.</summary>
    public bool Indexed { get; set; }

    /// <summary>Its place in the index.</summary>
    public (bool Full, long LoadUsPerCore) IndexedLoad { get; set; }

    public bool HasFreeSlot => Assigned.Count < Cores;
}
