using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling;

/// <summary>An intention of the scheduler, for the shell to perform in order.</summary>
public abstract record SchedulerEffect;

/// <summary>Send a record to a worker.</summary>
public sealed record ToWorker(WorkerId Worker, Record Record) : SchedulerEffect;

/// <summary>Send a record to a client.</summary>
public sealed record ToClient(ClientId Client, Record Record) : SchedulerEffect;

/// <summary>Send a file to a worker by the link: from <paramref name="Value"/>, or from the manager's staging when null.</summary>
public sealed record PutFile(WorkerId Worker, FileId File, long Size, ReadOnlyMemory<byte>? Value) : SchedulerEffect;

/// <summary>Workers will ask the manager's transfer server for this file, which is at this path.</summary>
public sealed record ServePath(FileId File, string Path) : SchedulerEffect;

/// <summary>What is staged of this file is the archive of a directory: workers that ask the manager's transfer server get the directory.</summary>
public sealed record ServeDirectory(FileId File) : SchedulerEffect;

/// <summary>Put a part of a client's file into staging; <see cref="FileStaged"/> or <see cref="FileNotStaged"/> follows the last.</summary>
public sealed record StoreData(FileId File, long Size, long Offset, ReadOnlyMemory<byte> Data) : SchedulerEffect;

/// <summary>Send a wanted file to a client in chunks: from <paramref name="Value"/>, or from staging when null.</summary>
/// <param name="IsValue">It is what a function returned, so the client gets it as Arrow.</param>
public sealed record SendFile(
    ClientId Client, int Graph, int Node, FileId File, long Size, ReadOnlyMemory<byte>? Value, bool IsValue) : SchedulerEffect;

/// <summary>Send a small value to a client, with others in one Arrow stream where there are others.</summary>
public sealed record SendValue(ClientId Client, int Graph, int Node, ReadOnlyMemory<byte> Value) : SchedulerEffect;

/// <summary>
/// Send a client what it watches, and ask the worker for more once there is not much else on its way to that client: one that does not read
/// makes nothing pile up.
/// </summary>
public sealed record PassOutput(ClientId Client, WatchedOutput Piece, WorkerId Worker, FollowOutput Next) : SchedulerEffect;

/// <summary>A staged file is not needed any more, once transfers that have begun are over.</summary>
public sealed record DropStaged(FileId File) : SchedulerEffect;
