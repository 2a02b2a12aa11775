using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Something that the worker's process is to do. Effects are done in order.</summary>
public abstract record WorkerEffect;

/// <summary>Say hello with this inventory.</summary>
public sealed record SayHello(IReadOnlyList<FileSize> Files, IReadOnlyList<TaskAttempt> Tasks) : WorkerEffect;

/// <summary>Post a record to the manager: Completed and Failed until acknowledged, Retracted and FileLost once.</summary>
public sealed record Report(Record Record) : WorkerEffect;

/// <summary>
/// Start the process of a library (0: the worker's own, without a spec) and set it up; <see cref="LibraryUp"/> or <see cref="LibraryGone"/> follows.
/// <paramref name="Inputs"/>: its files, in the order of the spec's names. <paramref name="Modules"/>: what it has to be able to import before that.
/// </summary>
public sealed record StartLibrary(
    int Library = 0, LibrarySpec? Spec = null, IReadOnlyList<TaskInput>? Inputs = null, IReadOnlyList<UploadedModule>? Modules = null) : WorkerEffect;

/// <summary>Make a module importable in a library, and so in the children that it forks from then on.</summary>
public sealed record LoadModule(int Library, UploadedModule Module) : WorkerEffect;

/// <summary>Let a library and its children end; <see cref="LibraryGone"/> follows.</summary>
public sealed record EndLibrary(int Library) : WorkerEffect;

/// <summary>Have a library load a function; <see cref="FunctionLoaded"/> follows unless it ends.</summary>
public sealed record LoadFunction(int Library, FunctionCode Function) : WorkerEffect;

/// <summary>Tell a library that calls of these functions will not come again.</summary>
public sealed record ForgetLoaded(int Library, IReadOnlyList<int> Functions) : WorkerEffect;

/// <summary>Ask a library for a child of a slot.</summary>
public sealed record ForkChild(int Slot, int Library = 0) : WorkerEffect;

/// <summary>Start a child by itself, and set it up; <see cref="HostUp"/> or <see cref="HostGone"/> follows. The rest is as for <see cref="StartLibrary"/>.</summary>
public sealed record StartChild(
    HostId Child, LibrarySpec Spec, IReadOnlyList<TaskInput> Inputs, IReadOnlyList<UploadedModule>? Modules = null) : WorkerEffect;

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

/// <summary>
/// Run a command; <see cref="CommandEnded"/> follows. Its report goes to the output path of its call when it is not small, its outputs to those
/// of the calls after it.
/// </summary>
public sealed record StartCommand(long Call, Assign Task, CommandSpec Spec) : WorkerEffect;

/// <summary>
/// Read what a running command has in an output from an offset on, as soon as there is something; <see cref="OutputRead"/> follows unless the
/// command ends before. Of several for one output the last counts.
/// </summary>
public sealed record ReadOutput(long Call, TaskAttempt Task, int Output, long From) : WorkerEffect;

/// <summary>Kill a command and all that it started; <see cref="CommandEnded"/> follows.</summary>
public sealed record KillCommand(long Call) : WorkerEffect;

/// <summary>What a call wrote is from now on this file.</summary>
public sealed record KeepOutput(long Call, FileId File, long Size) : WorkerEffect;

/// <summary>Delete what a call has written, if anything.</summary>
public sealed record DropOutput(long Call) : WorkerEffect;

public sealed record DeleteFile(FileId File) : WorkerEffect;

/// <summary>
/// Get a file: by its name when its content is here already (the only way when the address is <c>name:</c>), by a link, from its source; <see cref="FileGot"/> or <see cref="FileNotGot"/>
/// follows. What earlier attempts have left of it is gone on with.
/// </summary>
public sealed record StartTransfer(long Attempt, Transfer Transfer) : WorkerEffect;

/// <summary>Delete what attempts that have failed have left of a file, if anything.</summary>
public sealed record DropPart(FileId File) : WorkerEffect;

/// <summary>Stop that attempt, and delete what has come of the file. Nothing follows.</summary>
public sealed record AbandonTransfer(long Attempt, FileId File) : WorkerEffect;

/// <summary>What was got is from now on this file.</summary>
public sealed record KeepFile(FileId File, long Size) : WorkerEffect;

/// <summary>Keep the content of a file under a name too, so that it outlives the file.</summary>
public sealed record NameFile(FileId File, string Name, CacheLevel Level) : WorkerEffect;

public sealed record DeleteNamed(string Name) : WorkerEffect;

/// <summary>Look whether these files are there and as long as they were, and delete those that are not; <see cref="FilesChecked"/> follows.</summary>
public sealed record CheckFiles(TaskAttempt Task, IReadOnlyList<FileSize> Files) : WorkerEffect;

/// <summary>Tell whoever runs the worker.</summary>
public sealed record WriteLog(string Text) : WorkerEffect;

/// <summary>Stop all transfers and delete every file of the cache, half received ones too; what has a name stays under it.</summary>
public sealed record DeleteAllFiles : WorkerEffect;

/// <summary>Send a file to the manager; <see cref="UploadEnded"/> or <see cref="FileUnreadable"/> follows.</summary>
public sealed record UploadFile(FileId File) : WorkerEffect;
