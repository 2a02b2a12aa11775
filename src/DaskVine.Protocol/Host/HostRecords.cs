namespace DaskVine.Protocol.Host;

/// <summary>Kinds of the records between a worker and its host processes.</summary>
public enum HostRecordKind
{
    Hello = 1,
    Fork = 2,
    Exited = 3,
    Function = 4,
    Call = 5,
    Returned = 6,
    Failed = 7,
    Upload = 8,
    Forget = 9,
    Setup = 10,
    Ready = 11,
    Loaded = 12,
}

/// <summary>What a host process is.</summary>
public enum HostRole
{
    /// <summary>The warm parent, which forks children.</summary>
    Library,

    /// <summary>A child that runs calls of one slot.</summary>
    Child,

    /// <summary>A fresh interpreter for one task.</summary>
    Task,
}

/// <summary>A record from a host process.</summary>
public abstract record HostRecord;

/// <summary>A host process is up.</summary>
public sealed record HostHello(HostRole Role, int Slot, int ProcessId, IReadOnlyDictionary<string, string> Versions) : HostRecord;

/// <summary>A child has ended; <paramref name="Status"/> is its exit code or the negated signal number.</summary>
public sealed record HostExited(int Slot, int ProcessId, int Status) : HostRecord;

/// <summary>A call gave a result: the value, or null when it was written to the output path; size in bytes.</summary>
public sealed record HostReturned(long Call, long DurationUs, long Size, ReadOnlyMemory<byte>? Value, CallOutput? Output = null) : HostRecord;

/// <summary>A call gave no result.</summary>
public sealed record HostFailed(long Call, long DurationUs, Failure Failure, CallOutput? Output = null) : HostRecord;

/// <summary>
/// A process has been set up as its spec says, or (with a failure) could not be. <paramref name="DurationUs"/>: how long that took.
/// </summary>
public sealed record HostReady(long DurationUs, Failure? Failure = null) : HostRecord;

/// <summary>A library has loaded a function, so that children forked from now on have it, or could not.</summary>
public sealed record HostLoaded(int Function, long DurationUs, bool Ok) : HostRecord;

/// <summary>An input of a call: the value itself or the path of its file.</summary>
public readonly record struct HostInput(ReadOnlyMemory<byte>? Value, string? Path);
