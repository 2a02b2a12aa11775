using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Something that the worker's process is to do. Effects are done in order.</summary>
public abstract record WorkerEffect;

/// <summary>Say hello with this inventory.</summary>
public sealed record SayHello(IReadOnlyList<FileSize> Files, IReadOnlyList<TaskAttempt> Tasks) : WorkerEffect;

/// <summary>Post a record to the manager: Completed and Failed until acknowledged, Retracted and FileLost once.</summary>
public sealed record Report(Record Record) : WorkerEffect;

public sealed record StartLibrary : WorkerEffect;

/// <summary>Ask the library for a child of a slot.</summary>
public sealed record ForkChild(int Slot) : WorkerEffect;

/// <summary>Start a fresh interpreter in a slot, with a sandbox of its own.</summary>
public sealed record StartTaskProcess(int Slot) : WorkerEffect;

public sealed record SendFunction(HostId Host, FunctionCode Function) : WorkerEffect;

/// <summary>Tell a child that calls of these functions will not come again.</summary>
public sealed record SendForget(HostId Host, IReadOnlyList<int> Functions) : WorkerEffect;

/// <summary>Make a module importable, in place of one of its name, for the calls that are sent after it.</summary>
public sealed record SendModule(HostId Host, UploadedModule Module) : WorkerEffect;

/// <summary>
/// Send a call; its output path is its own until <see cref="KeepOutput"/> makes a file of it. <paramref name="Alone"/>: the host has no
/// other call, so what it writes from now on is of this one.
/// </summary>
public sealed record SendCall(HostId Host, long Call, Assign Task, bool Alone = true) : WorkerEffect;

/// <summary>Kill a process at once; <see cref="HostGone"/> follows.</summary>
public sealed record KillHost(HostId Host) : WorkerEffect;

/// <summary>Let a task's process end, and see to it that it does; <see cref="HostGone"/> follows.</summary>
public sealed record EndHost(HostId Host) : WorkerEffect;

/// <summary>What a call wrote is from now on this file.</summary>
public sealed record KeepOutput(long Call, FileId File) : WorkerEffect;

/// <summary>Delete what a call has written, if anything.</summary>
public sealed record DropOutput(long Call) : WorkerEffect;

public sealed record DeleteFile(FileId File) : WorkerEffect;

/// <summary>Delete every file of the cache, half received ones too.</summary>
public sealed record DeleteAllFiles : WorkerEffect;

/// <summary>Send a file to the manager; <see cref="UploadEnded"/> or <see cref="FileUnreadable"/> follows.</summary>
public sealed record UploadFile(FileId File) : WorkerEffect;
