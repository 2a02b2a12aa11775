namespace DaskVine.Protocol.Records;

/// <summary>Where a file that a client declares comes from.</summary>
public enum FileKind
{
    /// <summary>A file or directory that the manager reads at this path.</summary>
    Path = 0,

    /// <summary>What workers download: http, https, file.</summary>
    Url = 1,

    /// <summary>What a command makes, or will make.</summary>
    Output = 2,

    /// <summary>What the client sends, as <see cref="FileData"/>.</summary>
    Data = 3,

    /// <summary>A file or directory that every worker reads in place at this path.</summary>
    Shared = 4,
}

/// <summary>How long a worker keeps a file beyond its use.</summary>
public enum CacheLevel
{
    /// <summary>Until the tasks that were given to the worker with it have ended.</summary>
    Task = 0,

    /// <summary>Until the client leaves or forgets it.</summary>
    Workflow = 1,

    /// <summary>Until the worker ends, under its name, for whoever declares the same content.</summary>
    Worker = 2,

    /// <summary>Beyond the worker's end, when it has a directory that stays.</summary>
    Forever = 3,
}

/// <summary>A file that a client declares as a node of a graph.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Source">Path or URL.</param>
/// <param name="Name">Names the content: the same content has the same name. Empty when it is not known.</param>
/// <param name="Size">Bytes, of a directory all of its files together; 0 when it is not known.</param>
/// <param name="Level">How long workers keep it.</param>
/// <param name="Shared">Workers may get it from each other.</param>
public readonly record struct DeclaredFile(FileKind Kind, string Source, string Name, long Size, CacheLevel Level, bool Shared);

/// <summary>Nodes <paramref name="First"/>, First + 1, … of a graph, which are files.</summary>
public sealed record SubmitFiles(int Graph, int First, IReadOnlyList<DeclaredFile> Files) : Record
{
    public override RecordKind Kind => RecordKind.SubmitFiles;

    protected internal override int FieldCount => 3;

    internal static SubmitFiles Read(ref RecordReader reader)
    {
        var graph = reader.ReadInt();
        var first = reader.ReadInt();
        var files = new DeclaredFile[reader.ReadArray()];
        for (var i = 0; i < files.Length; i++)
        {
            var extra = reader.ReadTuple(6);
            files[i] = ReadFile(ref reader);
            reader.Skip(extra);
        }

        return new SubmitFiles(graph, first, files);
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)First);
        writer.WriteArray(Files.Count);
        foreach (var file in Files)
        {
            writer.WriteArray(6);
            writer.Write((long)file.Kind);
            writer.Write(file.Source);
            writer.Write(file.Name);
            writer.Write(file.Size);
            writer.Write((long)file.Level);
            writer.Write(file.Shared);
        }
    }

    private static DeclaredFile ReadFile(ref RecordReader reader)
    {
        var kind = reader.ReadInt();
        if (kind > (int)FileKind.Shared)
            throw new ProtocolException($"file kind {kind} is not known");
        var (source, name, size) = (reader.ReadString(), reader.ReadString(), reader.ReadLong());
        return new DeclaredFile((FileKind)kind, source, name, size, reader.ReadLevel(), reader.ReadBoolean());
    }
}

/// <summary>The next node of a graph: a command, whose value is a report about it.</summary>
/// <param name="Graph">The client's number for it.</param>
/// <param name="Node">Its number, the next.</param>
/// <param name="Body">The command and all about it; see "Commands" in ARCHITECTURE.md.</param>
/// <param name="Inputs">Nodes that are its inputs, in the order in which the body names them.</param>
/// <param name="Outputs">Nodes of kind <see cref="FileKind.Output"/> that it makes, in the order in which the body names them.</param>
/// <param name="Key">For people.</param>
/// <param name="Options">Number of its <see cref="TaskOptions"/>; 0 for none.</param>
/// <param name="Mini">It is not run for itself, but at every worker that needs its one output there.</param>
public sealed record SubmitCommand(
    int Graph, int Node, ReadOnlyMemory<byte> Body, int[] Inputs, int[] Outputs, string Key, int Options, bool Mini) : Record
{
    public override RecordKind Kind => RecordKind.SubmitCommand;

    protected internal override int FieldCount => 8;

    internal static SubmitCommand Read(ref RecordReader reader) => new(
        reader.ReadInt(), reader.ReadInt(), reader.ReadPayload(), reader.ReadInts(), reader.ReadInts(), reader.ReadString(), reader.ReadInt(),
        reader.ReadBoolean());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.WritePayload(Body);
        writer.Write(Inputs);
        writer.Write(Outputs);
        writer.Write(Key);
        writer.Write((long)Options);
        writer.Write(Mini);
    }
}

/// <summary>Send the client these values of an open graph as soon as they are there.</summary>
public sealed record Want(int Graph, IReadOnlyList<int> Nodes) : Record
{
    public override RecordKind Kind => RecordKind.Want;

    protected internal override int FieldCount => 2;

    internal static Want Read(ref RecordReader reader) => new(reader.ReadInt(), reader.ReadInts());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write(Nodes);
    }
}

/// <summary>
/// Delete these files at all workers; those that somebody needs again are made or brought again. <paramref name="Forget"/>: the client
/// will not name them again, or is done with these tasks.
/// </summary>
public sealed record Prune(int Graph, IReadOnlyList<int> Nodes, bool Forget) : Record
{
    public override RecordKind Kind => RecordKind.Prune;

    protected internal override int FieldCount => 3;

    internal static Prune Read(ref RecordReader reader) => new(reader.ReadInt(), reader.ReadInts(), reader.ReadBoolean());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write(Nodes);
        writer.Write(Forget);
    }
}

/// <summary>Sets a parameter of the manager, by TaskVine's name for it.</summary>
/// <param name="Name">One that the manager honours.</param>
/// <param name="Value">In thousandths.</param>
public sealed record Tune(string Name, long Value) : Record
{
    public override RecordKind Kind => RecordKind.Tune;

    protected internal override int FieldCount => 2;

    internal static Tune Read(ref RecordReader reader) => new(reader.ReadString(), reader.ReadSigned());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Name);
        writer.Write(Value);
    }
}

/// <summary>A part of a file of kind <see cref="FileKind.Data"/>, in order; the declaration has said its size.</summary>
public sealed record FileData(int Graph, int Node, long Offset, ReadOnlyMemory<byte> Data) : Record
{
    public override RecordKind Kind => RecordKind.FileData;

    protected internal override int FieldCount => 4;

    internal static FileData Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadLong(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.Write(Offset);
        writer.WritePayload(Data);
    }
}
