using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Something that happened to a worker.</summary>
public abstract record WorkerEvent;

/// <summary>A process that runs calls of a slot: the child of a library there (0: the worker's own), or the process of one task.</summary>
public readonly record struct HostId(int Slot, HostRole Role, int Library = 0)
{
    public static HostId Child(int slot, int library = 0) => new(slot, HostRole.Child, library);

    public static HostId Task(int slot) => new(slot, HostRole.Task);
}

/// <summary>
/// There is a way to the manager, and it waits for a hello. <paramref name="Manager"/> is its instance when that is known already,
/// so that nothing of an older manager is told to a new one.
/// </summary>
public sealed record LinkOpened(string? Manager) : WorkerEvent;

/// <summary>The manager took the hello.</summary>
public sealed record Welcomed(string Manager) : WorkerEvent;

/// <summary>The manager cannot be reached; what was reported and not acknowledged may not have arrived.</summary>
public sealed record LinkLost : WorkerEvent;

public sealed record AssignReceived(Assign Assign) : WorkerEvent;

/// <summary>A file is to be made here.</summary>
public sealed record MakeFileReceived(MakeFile Make) : WorkerEvent;

public sealed record FunctionReceived(FunctionCode Function) : WorkerEvent;

/// <summary>The manager will not use these functions again.</summary>
public sealed record FunctionsForgotten(IReadOnlyList<int> Numbers) : WorkerEvent;

public sealed record RetractReceived(IReadOnlyList<TaskId> Tasks) : WorkerEvent;

public sealed record CancelReceived(IReadOnlyList<TaskId> Tasks) : WorkerEvent;

public sealed record ReleaseReceived(IReadOnlyList<FileId> Files) : WorkerEvent;

public sealed record FetchReceived(FileId File) : WorkerEvent;

/// <summary>The manager has these reports for good.</summary>
public sealed record ReportsAcknowledged(IReadOnlyList<TaskAttempt> Reports) : WorkerEvent;

public sealed record TransferReceived(Transfer Transfer) : WorkerEvent;

/// <summary>
/// A file was got, and waits for <see cref="KeepFile"/>. <paramref name="Bytes"/>: how many were moved for it, none when it was linked or
/// was here under its name. <paramref name="ByName"/>: its content is that which is kept under its name.
/// </summary>
public sealed record FileGot(long Attempt, FileId File, long Size, long Bytes, long DurationUs, bool ByName = false) : WorkerEvent;

/// <summary>A file could not be got; what has come of it is kept.</summary>
public sealed record FileNotGot(long Attempt, FileId File, TransferFailureKind Failure, string Reason) : WorkerEvent;

/// <summary>A file that stays under the name of its content.</summary>
public readonly record struct NamedFile(string Name, long Size);

/// <summary>Files that workers before this one have left under their names.</summary>
public sealed record NamedFilesFound(IReadOnlyList<NamedFile> Files) : WorkerEvent;

/// <summary>There is no good file under a name, or none could be put there; files that were given the name keep their content.</summary>
public sealed record NameLost(string Name) : WorkerEvent;

/// <summary>A file that is not what it was, and why.</summary>
public readonly record struct LostInput(FileId File, string Reason);

/// <summary>The answer to <see cref="CheckFiles"/>.</summary>
public sealed record FilesChecked(TaskAttempt Task, IReadOnlyList<LostInput> Lost) : WorkerEvent;

/// <summary>A file from the manager is whole and in the cache.</summary>
public sealed record FileArrived(FileId File, long Size) : WorkerEvent;

/// <summary>A file from the manager could not be stored here.</summary>
public sealed record FileArrivalFailed(FileId File, string Reason) : WorkerEvent;

/// <summary>An upload has ended: all of it is on its way, or it was given up with the link.</summary>
public sealed record UploadEnded(FileId File) : WorkerEvent;

/// <summary>A file of the cache cannot be read; an upload of it, if any, has ended.</summary>
public sealed record FileUnreadable(FileId File, string Reason) : WorkerEvent;

/// <summary>A module or archive of modules from the manager is at this path.</summary>
public sealed record ModuleReceived(UploadedModule Module) : WorkerEvent;

/// <summary>The process of a library is set up and can fork. <paramref name="Versions"/>: what the manager is to know of its packages.</summary>
public sealed record LibraryUp(IReadOnlyDictionary<string, string>? Versions = null, int Library = 0) : WorkerEvent;

/// <summary>
/// The process of a library has ended, and with it every child. <paramref name="Status"/>: exit code or negated signal. <paramref name="Log"/>: why it
/// could not be set up, or the end of what it wrote.
/// </summary>
public sealed record LibraryGone(int Status, string Log, int Library = 0) : WorkerEvent;

/// <summary>The answer to the first <see cref="LoadFunction"/> that has none: whether it is loaded, and how long that took.</summary>
public sealed record FunctionLoaded(long DurationUs, bool Ok = true, int Library = 0) : WorkerEvent;

/// <summary>A host process can be sent calls.</summary>
public sealed record HostUp(HostId Host) : WorkerEvent;

/// <summary>
/// A host process has ended, and what it sent before was told. <paramref name="Status"/>: exit code or negated signal.
/// <paramref name="Log"/>: the end of what it wrote to standard error since it was last sent a call while it had none.
/// </summary>
public sealed record HostGone(HostId Host, int Status, string Log) : WorkerEvent;

/// <summary>The process of a task could not be started at all: a disk is full, or a directory is gone.</summary>
public sealed record HostNotStarted(HostId Host, string Reason) : WorkerEvent;

/// <summary>A call gave a value, or (null) wrote it to its output path.</summary>
public sealed record CallReturned(
    HostId Host, long Call, long DurationUs, long Size, ReadOnlyMemory<byte>? Value, CallOutput? Output = null) : WorkerEvent;

public sealed record CallFailed(HostId Host, long Call, long DurationUs, Failure Failure, CallOutput? Output = null) : WorkerEvent;

/// <summary>The answer to <see cref="ReadOutput"/>. An offset of 0 where more was asked for: the output has begun anew.</summary>
public sealed record OutputRead(ReadOutput Asked, long Offset, ReadOnlyMemory<byte> Data) : WorkerEvent;

/// <summary>The manager asks for the next piece of an output.</summary>
public sealed record FollowReceived(FollowOutput Follow) : WorkerEvent;

/// <summary>A command has ended, and all that it had started.</summary>
public sealed record CommandEnded(long Call, CommandOutcome Outcome) : WorkerEvent;
