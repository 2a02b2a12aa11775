using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling;

/// <summary>A fact for the scheduler, named after what happened.</summary>
public abstract record SchedulerEvent;

/// <summary>A client said hello. The same number again: its old link and its graphs are gone.</summary>
public sealed record ClientJoined(ClientId Client, string Name, IReadOnlyDictionary<string, string> Versions) : SchedulerEvent;

/// <summary>A client's process ended or said goodbye.</summary>
public sealed record ClientLeft(ClientId Client) : SchedulerEvent;

/// <summary>A record came from a client that has joined.</summary>
public sealed record ClientSent(ClientId Client, Record Record) : SchedulerEvent;

/// <summary>A worker said hello; its inventory is what it holds. The same number again: the link was made anew.</summary>
public sealed record WorkerJoined(WorkerId Worker, Hello Hello) : SchedulerEvent;

/// <summary>A worker is gone. <paramref name="Crashed"/>: not on purpose, so what it was running is suspect.</summary>
public sealed record WorkerLeft(WorkerId Worker, bool Crashed, string Reason) : SchedulerEvent;

/// <summary>A record came from a worker that has joined.</summary>
public sealed record WorkerSent(WorkerId Worker, Record Record) : SchedulerEvent;

/// <summary>
/// A file that was fetched, or sent by a client, is whole at the manager now. <paramref name="Size"/>: what came, where that is known; a directory comes
/// as an archive, which is larger than it.
/// </summary>
public sealed record FileStaged(FileId File, long Size = -1) : SchedulerEvent;

/// <summary>A file that was fetched cannot be stored at the manager, say because a disk is full.</summary>
public sealed record FileNotStaged(FileId File, string Reason) : SchedulerEvent;

/// <summary>The time that was asked for has come.</summary>
public sealed record Woken : SchedulerEvent;
