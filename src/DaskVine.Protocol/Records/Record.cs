namespace DaskVine.Protocol.Records;

/// <summary>One message record. What each carries is listed in ARCHITECTURE.md, and <see cref="RecordTable"/> maps kinds to readers.</summary>
public abstract record Record
{
    public abstract RecordKind Kind { get; }

    /// <summary>Whether the record counts in the link's sequence. Those that make, end or keep up a link do not.</summary>
    public virtual bool IsSequenced => true;

    /// <summary>Number of fields after the kind.</summary>
    protected internal abstract int FieldCount { get; }

    protected internal abstract void WriteFields(RecordWriter writer);
}

/// <summary>Numbers on the wire. Never reused for another meaning.</summary>
public enum RecordKind
{
    Hello = 1,
    Welcome = 2,
    Refuse = 3,
    Rehello = 4,
    Heartbeat = 5,
    Goodbye = 6,
    Function = 10,
    OpenGraph = 11,
    SubmitNodes = 12,
    SealGraph = 13,
    CancelGraph = 14,
    TaskOptions = 15,
    Upload = 16,
    ForgetFunctions = 17,
    SubmitFiles = 18,
    SubmitCommand = 19,
    Result = 20,
    GraphFailed = 21,
    Progress = 22,
    Notice = 23,
    TaskEvents = 24,
    TaskOutput = 25,
    Movements = 26,
    WatchedOutput = 27,
    Results = 28,
    Assign = 30,
    Retract = 31,
    Cancel = 32,
    Release = 33,
    Fetch = 34,
    Chunk = 35,
    Shutdown = 36,
    Transfer = 37,
    MakeFile = 38,
    FollowOutput = 39,
    Completed = 40,
    Failed = 41,
    Retracted = 42,
    FileLost = 43,
    Versions = 44,
    Transferred = 45,
    TransferFailed = 46,
    OutputPiece = 47,
    Want = 50,
    Prune = 51,
    Tune = 52,
    FileData = 53,
    AskMovements = 54,
}
