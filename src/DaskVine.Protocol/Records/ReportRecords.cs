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

/// <summary>Asks for <see cref="Movements"/>. <paramref name="Request"/> comes back with the answer.</summary>
public sealed record AskMovements(int Request) : Record
{
    public override RecordKind Kind => RecordKind.AskMovements;

    protected internal override int FieldCount => 1;

    internal static AskMovements Read(ref RecordReader reader) => new(reader.ReadInt());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write((long)Request);
}

/// <summary>What went from one process to another.</summary>
/// <param name="From">Name of a worker; empty for the manager.</param>
/// <param name="To">Likewise.</param>
/// <param name="Bytes">Moved.</param>
/// <param name="Linked">Bytes of files that were linked instead.</param>
/// <param name="Files">How many, of both.</param>
public readonly record struct Movement(string From, string To, long Bytes, long Linked, long Files);

/// <summary>All that was moved since the manager started, by pairs of processes, and how many bytes of results were made.</summary>
public sealed record Movements(int Request, long Made, IReadOnlyList<Movement> Moved) : Record
{
    public override RecordKind Kind => RecordKind.Movements;

    protected internal override int FieldCount => 3;

    internal static Movements Read(ref RecordReader reader)
    {
        var (request, made) = (reader.ReadInt(), reader.ReadLong());
        var moved = new Movement[reader.ReadArray()];
        for (var i = 0; i < moved.Length; i++)
        {
            var extra = reader.ReadTuple(5);
            moved[i] = new Movement(reader.ReadString(), reader.ReadString(), reader.ReadLong(), reader.ReadLong(), reader.ReadLong());
            reader.Skip(extra);
        }

        return new Movements(request, made, moved);
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Request);
        writer.Write(Made);
        writer.WriteArray(Moved.Count);
        foreach (var movement in Moved)
        {
            writer.WriteArray(5);
            writer.Write(movement.From);
            writer.Write(movement.To);
            writer.Write(movement.Bytes);
            writer.Write(movement.Linked);
            writer.Write(movement.Files);
        }
    }
}
