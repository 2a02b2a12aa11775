namespace DaskVine.Protocol.Records;

/// <summary>A function's code under its content hash. Sent once per link; <paramref name="Number"/> is the sender's.</summary>
public sealed record FunctionCode(int Number, ReadOnlyMemory<byte> Hash, string Name, ReadOnlyMemory<byte> Code) : Record
{
    public override RecordKind Kind => RecordKind.Function;

    protected internal override int FieldCount => 4;

    internal static FunctionCode Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadBinary(), reader.ReadString(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Number);
        writer.WriteBinary(Hash.Span);
        writer.Write(Name);
        writer.WritePayload(Code);
    }
}

/// <summary>What a client wants to hear of a graph besides results, failure and progress.</summary>
[Flags]
public enum GraphReports
{
    None = 0,

    /// <summary>Each task's start and end, as <see cref="TaskEvents"/>.</summary>
    Tasks = 1,

    /// <summary>What tasks write to standard output and standard error, as <see cref="TaskOutput"/>.</summary>
    Output = 2,
}

/// <summary>Opens a graph under the client's own number.</summary>
/// <param name="Graph">The client's number for it.</param>
/// <param name="Mode">How its function calls run.</param>
/// <param name="Label">For people.</param>
/// <param name="Reports">What the client wants to hear of it.</param>
/// <param name="Returns">Every result goes to the manager, and to consumers from there.</param>
/// <param name="PruneDepth">
/// A result may go when its consumers, and theirs, up to this many levels are done; 0: not before the graph ends.
/// </param>
public sealed record OpenGraph(
    int Graph, TaskMode Mode, string Label, GraphReports Reports = GraphReports.None, bool Returns = false, int PruneDepth = 1) : Record
{
    public override RecordKind Kind => RecordKind.OpenGraph;

    protected internal override int FieldCount => 6;

    internal static OpenGraph Read(ref RecordReader reader)
    {
        var graph = reader.ReadInt();
        var mode = reader.ReadInt();
        return mode <= (int)TaskMode.Command
            ? new OpenGraph(
                graph, (TaskMode)mode, reader.ReadString(), (GraphReports)reader.ReadInt(), reader.ReadBoolean(), reader.ReadInt())
            : throw new ProtocolException($"task mode {mode} is not known");
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Mode);
        writer.Write(Label);
        writer.Write((long)Reports);
        writer.Write(Returns);
        writer.Write((long)PruneDepth);
    }
}

/// <summary>One node of a graph.</summary>
/// <param name="Functions">Null: <paramref name="Body"/> is a value. Empty: an expression. Else the first is called.</param>
/// <param name="Body">Arguments or value, opaque to the manager.</param>
/// <param name="Inputs">Nodes that the body refers to by position.</param>
/// <param name="Key">The key's text, for people.</param>
/// <param name="Options">Number of the <see cref="TaskOptions"/> that hold for it; 0 for none.</param>
/// <param name="Neutral">Its result is for other runtimes than its own too, so it is made as Arrow where that loses nothing.</param>
public readonly record struct GraphNode(
    int[]? Functions, ReadOnlyMemory<byte> Body, int[] Inputs, string Key, int Options = 0, bool Neutral = false);

/// <summary>Nodes <paramref name="First"/>, First + 1, … of a graph, dependencies before dependents.</summary>
public sealed record SubmitNodes(int Graph, int First, IReadOnlyList<GraphNode> Nodes) : Record
{
    public override RecordKind Kind => RecordKind.SubmitNodes;

    protected internal override int FieldCount => 3;

    internal static SubmitNodes Read(ref RecordReader reader)
    {
        var graph = reader.ReadInt();
        var first = reader.ReadInt();
        var nodes = new GraphNode[reader.ReadArray()];
        for (var i = 0; i < nodes.Length; i++)
        {
            var extra = reader.ReadTuple(6);
            nodes[i] = new GraphNode(
                reader.TryReadNil() ? null : reader.ReadInts(), reader.ReadPayload(), reader.ReadInts(), reader.ReadString(), reader.ReadInt(),
                reader.ReadBoolean());
            reader.Skip(extra);
        }

        return new SubmitNodes(graph, first, nodes);
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)First);
        writer.WriteArray(Nodes.Count);
        foreach (var node in Nodes)
        {
            writer.WriteArray(6);
            if (node.Functions is null)
                writer.WriteNil();
            else
                writer.Write(node.Functions);
            writer.WritePayload(node.Body);
            writer.Write(node.Inputs);
            writer.Write(node.Key);
            writer.Write((long)node.Options);
            writer.Write(node.Neutral);
        }
    }
}

/// <summary>The graph is whole: it has <paramref name="Count"/> nodes, and the client wants these.</summary>
public sealed record SealGraph(int Graph, int Count, IReadOnlyList<int> Wanted) : Record
{
    public override RecordKind Kind => RecordKind.SealGraph;

    protected internal override int FieldCount => 3;

    internal static SealGraph Read(ref RecordReader reader) => new(reader.ReadInt(), reader.ReadInt(), reader.ReadInts());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Count);
        writer.Write(Wanted);
    }
}

/// <summary>The client needs nothing of this graph any more.</summary>
public sealed record CancelGraph(int Graph) : Record
{
    public override RecordKind Kind => RecordKind.CancelGraph;

    protected internal override int FieldCount => 1;

    internal static CancelGraph Read(ref RecordReader reader) => new(reader.ReadInt());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write((long)Graph);
}

/// <summary>A wanted value or a part of it: bytes <paramref name="Offset"/>… of <paramref name="Size"/>.</summary>
public sealed record Result(int Graph, int Node, long Size, long Offset, ReadOnlyMemory<byte> Value) : Record
{
    public override RecordKind Kind => RecordKind.Result;

    protected internal override int FieldCount => 5;

    internal static Result Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadLong(), reader.ReadLong(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.Write(Size);
        writer.Write(Offset);
        writer.WritePayload(Value);
    }
}

/// <summary>
/// Small wanted values, as an Arrow stream with a row for each: that of <c>Nodes[i]</c> is in row i.
/// </summary>
public sealed record Results(int Graph, IReadOnlyList<int> Nodes, ReadOnlyMemory<byte> Stream) : Record
{
    public override RecordKind Kind => RecordKind.Results;

    protected internal override int FieldCount => 3;

    internal static Results Read(ref RecordReader reader) => new(reader.ReadInt(), reader.ReadInts(), reader.ReadPayload());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write(Nodes);
        writer.WritePayload(Stream);
    }
}

/// <summary>The graph has ended without its results, because of this node; <paramref name="Function"/> is its function's name, if it has one.</summary>
public sealed record GraphFailed(int Graph, int Node, string Key, string Worker, Failure Failure, string Function = "") : Record
{
    public override RecordKind Kind => RecordKind.GraphFailed;

    protected internal override int FieldCount => 6;

    internal static GraphFailed Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadString(), reader.ReadString(), reader.ReadFailure(), reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Node);
        writer.Write(Key);
        writer.Write(Worker);
        writer.Write(Failure);
        writer.Write(Function);
    }
}

/// <summary>Counts of tasks of a graph.</summary>
public sealed record Progress(int Graph, int Done, int Running, int Total) : Record
{
    public override RecordKind Kind => RecordKind.Progress;

    protected internal override int FieldCount => 4;

    internal static Progress Read(ref RecordReader reader) =>
        new(reader.ReadInt(), reader.ReadInt(), reader.ReadInt(), reader.ReadInt());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)Graph);
        writer.Write((long)Done);
        writer.Write((long)Running);
        writer.Write((long)Total);
    }
}

/// <summary>Something that the user should know, such as that no worker is connected.</summary>
public sealed record Notice(string Code, string Text) : Record
{
    public const string WaitingForWorkers = "waiting-for-workers";
    public const string WorkersConnected = "workers-connected";
    public const string WaitingForResources = "waiting-for-resources";
    public const string VersionsDiffer = "versions-differ";
    public const string NotTuned = "not-tuned";

    public override RecordKind Kind => RecordKind.Notice;

    protected internal override int FieldCount => 2;

    internal static Notice Read(ref RecordReader reader) => new(reader.ReadString(), reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Code);
        writer.Write(Text);
    }
}
