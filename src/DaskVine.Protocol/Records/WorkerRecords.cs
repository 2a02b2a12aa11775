using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Records;

/// <summary>One input of an assignment: a value that rides along, or a file that is or will be in the worker's cache.</summary>
/// <param name="Value">The value, or null for a file.</param>
/// <param name="File">The file, when there is no value.</param>
/// <param name="Size">The file's size in bytes.</param>
public readonly record struct TaskInput(ReadOnlyMemory<byte>? Value, FileId File, long Size);

/// <summary>
/// A task for a worker. <paramref name="Capture"/>: its report is to carry what it wrote. <paramref name="Outputs"/>: the files that a
/// command makes beside its report, in the order in which its body names them. <paramref name="Library"/>: the function whose code is the
/// <see cref="Libraries.LibrarySpec"/> of the library that runs it; null for the worker's own. <paramref name="Neutral"/>: as for <see cref="GraphNode"/>.
/// </summary>
public sealed record Assign(
    TaskId Task,
    int Attempt,
    TaskMode Mode,
    IReadOnlyList<int> Functions,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<TaskInput> Inputs,
    FileId Output,
    bool Capture = false,
    IReadOnlyList<FileId>? Outputs = null,
    int? Library = null,
    bool Neutral = false) : Record
{
    /// <inheritdoc cref="Assign"/>
    public IReadOnlyList<FileId> Outputs { get; init; } = Outputs ?? [];

    public override RecordKind Kind => RecordKind.Assign;

    protected internal override int FieldCount => 11;

    internal static Assign Read(ref RecordReader reader)
    {
        var task = reader.ReadTask();
        var attempt = reader.ReadInt();
        var mode = reader.ReadInt();
        if (mode > (int)TaskMode.Command)
            throw new ProtocolException($"task mode {mode} is not known");
        var functions = reader.ReadInts();
        var body = reader.ReadPayload();
        var inputs = reader.ReadRoom<TaskInput>();
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = ReadInput(ref reader);
        return new Assign(
            task, attempt, (TaskMode)mode, functions, body, inputs, reader.ReadFile(), reader.ReadBoolean(), reader.ReadFiles(),
            reader.ReadOptionalInt(), reader.ReadBoolean());
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Task.Value);
        writer.Write((long)Attempt);
        writer.Write((long)Mode);
        writer.Write(Functions);
        writer.WritePayload(Body);
        writer.WriteArray(Inputs.Count);
        foreach (var input in Inputs)
        {
            if (input.Value is { } value)
            {
                writer.WriteBinary(value.Span);
                continue;
            }

            writer.WriteArray(2);
            writer.Write(input.File.Value);
            writer.Write(input.Size);
        }

        writer.Write(Output.Value);
        writer.Write(Capture);
        writer.Write(Outputs);
        writer.WriteOptional(Library);
        writer.Write(Neutral);
    }

    private static TaskInput ReadInput(ref RecordReader reader)
    {
        if (reader.NextType == MsgPackType.Binary)
            return new TaskInput(reader.ReadBinary(), default, 0);
        var extra = reader.ReadTuple(2);
        var input = new TaskInput(null, reader.ReadFile(), reader.ReadLong());
        reader.Skip(extra);
        return input;
    }
}

/// <summary>Give these back unless they have started; the answer is one <see cref="Retracted"/>, empty when all have.</summary>
public sealed record Retract(IReadOnlyList<TaskId> Tasks) : Record
{
    public override RecordKind Kind => RecordKind.Retract;

    protected internal override int FieldCount => 1;

    internal static Retract Read(ref RecordReader reader) => new(reader.ReadTasks());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Tasks);
}

/// <summary>Nobody waits for these any more; drop or end them without an answer.</summary>
public sealed record Cancel(IReadOnlyList<TaskId> Tasks) : Record
{
    public override RecordKind Kind => RecordKind.Cancel;

    protected internal override int FieldCount => 1;

    internal static Cancel Read(ref RecordReader reader) => new(reader.ReadTasks());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Tasks);
}

/// <summary>These files are not needed any more.</summary>
public sealed record Release(IReadOnlyList<FileId> Files) : Record
{
    public override RecordKind Kind => RecordKind.Release;

    protected internal override int FieldCount => 1;

    internal static Release Read(ref RecordReader reader) => new(reader.ReadFiles());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Files);
}

/// <summary>Send this file to the manager, as <see cref="Chunk"/>s or <see cref="FileLost"/>.</summary>
public sealed record Fetch(FileId File) : Record
{
    public override RecordKind Kind => RecordKind.Fetch;

    protected internal override int FieldCount => 1;

    internal static Fetch Read(ref RecordReader reader) => new(reader.ReadFile());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(File.Value);
}

/// <summary>Bytes <paramref name="Offset"/>… of a file of <paramref name="Size"/> bytes, in order.</summary>
public sealed record Chunk(FileId File, long Size, long Offset, ReadOnlyMemory<byte> Data) : Record
{
    public override RecordKind Kind => RecordKind.Chunk;

    protected internal override int FieldCount => 4;

    internal static Chunk Read(ref RecordReader reader) =>
        new(reader.ReadFile(), reader.ReadLong(), reader.ReadLong(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Size);
        writer.Write(Offset);
        writer.WritePayload(Data);
    }
}

/// <summary>End the worker's process.</summary>
public sealed record Shutdown(string Reason) : Record
{
    public override RecordKind Kind => RecordKind.Shutdown;

    protected internal override int FieldCount => 1;

    internal static Shutdown Read(ref RecordReader reader) => new(reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Reason);
}

/// <summary>
/// A task's result: the value itself when small, else null and its size in the worker's cache. <paramref name="Outputs"/>: what else is
/// there now, of the files that were asked for.
/// </summary>
public sealed record Completed(
    TaskId Task,
    int Attempt,
    long DurationUs,
    long Size,
    ReadOnlyMemory<byte>? Value,
    CallOutput? Output = null,
    IReadOnlyList<FileSize>? Outputs = null) : Record
{
    /// <inheritdoc cref="Completed"/>
    public IReadOnlyList<FileSize> Outputs { get; init; } = Outputs ?? [];

    public override RecordKind Kind => RecordKind.Completed;

    protected internal override int FieldCount => 7;

    internal static Completed Read(ref RecordReader reader) =>
        new(
            reader.ReadTask(), reader.ReadInt(), reader.ReadLong(), reader.ReadLong(), reader.ReadOptionalPayload(), reader.ReadOutput(),
            reader.ReadFileSizes());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Task.Value);
        writer.Write((long)Attempt);
        writer.Write(DurationUs);
        writer.Write(Size);
        writer.WritePayload(Value);
        writer.Write(Output);
        writer.Write(Outputs);
    }
}

/// <summary>A task that gave no result.</summary>
public sealed record Failed(TaskId Task, int Attempt, Failure Failure, CallOutput? Output = null) : Record
{
    public override RecordKind Kind => RecordKind.Failed;

    protected internal override int FieldCount => 4;

    internal static Failed Read(ref RecordReader reader) => new(reader.ReadTask(), reader.ReadInt(), reader.ReadFailure(), reader.ReadOutput());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Task.Value);
        writer.Write((long)Attempt);
        writer.Write(Failure);
        writer.Write(Output);
    }
}

/// <summary>These had not started, and will not.</summary>
public sealed record Retracted(IReadOnlyList<TaskAttempt> Tasks) : Record
{
    public override RecordKind Kind => RecordKind.Retracted;

    protected internal override int FieldCount => 1;

    internal static Retracted Read(ref RecordReader reader) => new(reader.ReadAttempts());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Tasks);
}

/// <summary>A file that was asked for, or listed, is not in the cache.</summary>
public sealed record FileLost(FileId File, string Reason) : Record
{
    public override RecordKind Kind => RecordKind.FileLost;

    protected internal override int FieldCount => 2;

    internal static FileLost Read(ref RecordReader reader) => new(reader.ReadFile(), reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Reason);
    }
}
