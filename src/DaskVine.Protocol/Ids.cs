namespace DaskVine.Protocol;

/// <summary>A vine task, as the manager numbers it: slot in its table (low 32 bits) and generation of that slot (high 31 bits).</summary>
public readonly record struct TaskId(long Value)
{
    public override string ToString() => $"task {Value}";
}

/// <summary>A vine file: the output of a task or a value that came with a graph. Numbered like <see cref="TaskId"/>.</summary>
public readonly record struct FileId(long Value)
{
    public override string ToString() => $"file {Value}";
}

/// <summary>One assignment of a task: the same task assigned again has a higher attempt.</summary>
public readonly record struct TaskAttempt(TaskId Task, int Attempt);

/// <summary>A file and its size in bytes.</summary>
public readonly record struct FileSize(FileId File, long Size);
