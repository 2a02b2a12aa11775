namespace DaskVine.Protocol.Records;

/// <summary>A task that has ended at a worker.</summary>
public readonly record struct EndedTask(int Node, string Worker, long DurationUs);

/// <summary>Tasks that were given to workers since the last such record, and tasks that have ended with a result, each in order.</summary>
public sealed record TaskEvents(int Graph, IReadOnlyList<int> Started, IReadOnlyList<EndedTask> Ended) : Record
{
    public override RecordKind Kind => RecordKind.TaskEvents;

    protected internal override int FieldCount => 3;

    internal static TaskEvents Read(ref RecordReader reader)
    {
        var graph = reader.ReadInt();
        var started = reader.ReadInts();
        var ended = new EndedTask[reader.ReadArray()];
        for (var i = 0; i < ended.Length; i++)
        {
            var extra = reader.ReadTuple(3);
            ended[i] = new EndedTask(reader.ReadInt(), reader.ReadString(), reader.ReadLong());
            reader.Skip(extra);
        }

        return new TaskEvents(graph, started, ended);
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write(Started);
        writer.WriteArray(Ended.Count);
        foreach (var (node, worker, durationUs) in Ended)
        {
            writer.WriteArray(3);
            writer.Write((long)node);
            writer.Write(worker);
            writer.Write(durationUs);
        }
    }
}

/// <summary>What a task wrote to its standard output and standard error.</summary>
public sealed record TaskOutput(int Graph, int Node, string Key, string Worker, string Out, string Error) : Record
{
    public override RecordKind Kind => RecordKind.TaskOutput;

    protected internal override int FieldCount => 6;

    internal static TaskOutput Read(ref RecordReader reader) => new(
        reader.ReadInt(), reader.ReadInt(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.Write(Key);
        writer.Write(Worker);
        writer.Write(Out);
        writer.Write(Error);
    }
}

/// <summary>What a worker's interpreter and its packages are, as soon as the worker knows; the next hello has them too.</summary>
public sealed record Versions(IReadOnlyDictionary<string, string> Components) : Record
{
    public override RecordKind Kind => RecordKind.Versions;

    protected internal override int FieldCount => 1;

    internal static Versions Read(ref RecordReader reader) => new(reader.ReadTexts());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Components);
}
