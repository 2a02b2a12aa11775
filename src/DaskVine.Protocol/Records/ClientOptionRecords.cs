namespace DaskVine.Protocol.Records;

/// <summary>What is asked for nodes of a graph that name this number. Sent before they are.</summary>
/// <param name="Priority">In thousandths; tasks of a higher one run first. Any sign.</param>
/// <param name="Retries">How often a task is run again after it raised.</param>
/// <param name="Workers">Names of the workers that may run it; empty for all.</param>
/// <param name="Elsewhere">Other workers may run it when none of <paramref name="Workers"/> has room.</param>
/// <param name="Resources">What it takes of its worker's resources while it runs, by name, in thousandths.</param>
/// <param name="Locks">Of the tasks of all graphs that name the same lock, one runs at a time.</param>
/// <param name="Checkpoint">Its result goes to the manager as soon as it is there, so that no worker's loss loses it.</param>
/// <param name="Library">The function whose code is the <see cref="Libraries.LibrarySpec"/> of the library that runs them; null for the worker's own.</param>
/// <param name="Cores">Cores of a worker that each of them takes; 0 and 1 are one.</param>
public sealed record TaskOptions(
    int Graph,
    int Number,
    long Priority,
    int Retries,
    IReadOnlyList<string> Workers,
    bool Elsewhere,
    IReadOnlyDictionary<string, long> Resources,
    IReadOnlyList<string> Locks,
    bool Checkpoint = false,
    int? Library = null,
    int Cores = 0) : Record
{
    public override RecordKind Kind => RecordKind.TaskOptions;

    protected internal override int FieldCount => 11;

    internal static TaskOptions Read(ref RecordReader reader) => new(
        reader.ReadInt(),
        reader.ReadInt(),
        reader.ReadSigned(),
        reader.ReadInt(),
        reader.ReadStrings(),
        reader.ReadBoolean(),
        reader.ReadAmounts(),
        reader.ReadStrings(),
        reader.ReadBoolean(),
        reader.ReadOptionalInt(),
        reader.ReadInt());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Number);
        writer.Write(Priority);
        writer.Write((long)Retries);
        writer.Write(Workers);
        writer.Write(Elsewhere);
        writer.Write(Resources);
        writer.Write(Locks);
        writer.Write(Checkpoint);
        writer.WriteOptional(Library);
        writer.Write((long)Cores);
    }
}

/// <summary>A module or archive of modules that tasks sent after it can import, at every worker of now and later.</summary>
/// <param name="Name">A file name without directories.</param>
/// <param name="Hash">Of the data.</param>
/// <param name="Data">The file's content.</param>
public sealed record Upload(string Name, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Data) : Record
{
    public override RecordKind Kind => RecordKind.Upload;

    protected internal override int FieldCount => 3;

    internal static Upload Read(ref RecordReader reader) => new(reader.ReadString(), reader.ReadBinary(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Name);
        writer.WriteBinary(Hash.Span);
        writer.WritePayload(Data);
    }
}

/// <summary>These functions will not be used again under these numbers, which are the sender's.</summary>
public sealed record ForgetFunctions(IReadOnlyList<int> Numbers) : Record
{
    public override RecordKind Kind => RecordKind.ForgetFunctions;

    protected internal override int FieldCount => 1;

    internal static ForgetFunctions Read(ref RecordReader reader) => new(reader.ReadInts());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Numbers);
}
