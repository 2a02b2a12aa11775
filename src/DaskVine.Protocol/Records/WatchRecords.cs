namespace DaskVine.Protocol.Records;

/// <summary>
/// What a running command has appended to an output that is watched. The next piece of that output follows once it was asked for by
/// <see cref="FollowOutput"/>; the first one is not asked for.
/// </summary>
/// <param name="Task">The command.</param>
/// <param name="Attempt">Of the command.</param>
/// <param name="Output">Index of the output among those of the command.</param>
/// <param name="Offset">Where the bytes belong; 0 when the output began, or begins anew: what was there before is void.</param>
/// <param name="Data">The bytes; perhaps none at offset 0.</param>
public sealed record OutputPiece(TaskId Task, int Attempt, int Output, long Offset, ReadOnlyMemory<byte> Data) : Record
{
    public override RecordKind Kind => RecordKind.OutputPiece;

    protected internal override int FieldCount => 5;

    internal static OutputPiece Read(ref RecordReader reader) =>
        new(reader.ReadTask(), reader.ReadInt(), reader.ReadInt(), reader.ReadLong(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Task.Value);
        writer.Write((long)Attempt);
        writer.Write((long)Output);
        writer.Write(Offset);
        writer.WritePayload(Data);
    }
}

/// <summary>Send what comes of a watched output from this offset on: what was before it is on its way to the client.</summary>
/// <param name="Task">The command.</param>
/// <param name="Attempt">Of the command.</param>
/// <param name="Output">Index of the output among those of the command.</param>
/// <param name="Offset">Bytes of the output that were sent.</param>
public sealed record FollowOutput(TaskId Task, int Attempt, int Output, long Offset) : Record
{
    public override RecordKind Kind => RecordKind.FollowOutput;

    protected internal override int FieldCount => 4;

    internal static FollowOutput Read(ref RecordReader reader) =>
        new(reader.ReadTask(), reader.ReadInt(), reader.ReadInt(), reader.ReadLong());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Task.Value);
        writer.Write((long)Attempt);
        writer.Write((long)Output);
        writer.Write(Offset);
    }
}

/// <summary>What a command that runs has appended to a file that its client watches.</summary>
/// <param name="Graph">The client's number for it.</param>
/// <param name="Node">Of the file.</param>
/// <param name="Offset">As in <see cref="OutputPiece"/>.</param>
/// <param name="Data">The bytes.</param>
public sealed record WatchedOutput(int Graph, int Node, long Offset, ReadOnlyMemory<byte> Data) : Record
{
    public override RecordKind Kind => RecordKind.WatchedOutput;

    protected internal override int FieldCount => 4;

    internal static WatchedOutput Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadLong(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.Write(Offset);
        writer.WritePayload(Data);
    }
}
