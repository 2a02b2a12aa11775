using System.Buffers.Binary;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>What becomes of a call of a task.</summary>
public enum Outcome
{
    Value,
    Raises,
    EndsProcess,
    KillsProcess,
    KillsWorker,

    /// <summary>Only the first call of it in the world.</summary>
    RaisesAtFirst,
}

/// <summary>What a node of a session is.</summary>
public enum NodeRole
{
    Call,

    /// <summary>With one output, which is the node's value.</summary>
    Command,

    /// <summary>Makes a file wherever that is read.</summary>
    Maker,
}

/// <summary>What a child is to do, as it travels in the body of a task.</summary>
internal readonly record struct CallPlan(NodeName Name, ulong Key, TimeSpan Duration, int Size, Outcome Outcome)
{
    private const int Bytes = 40;

    /// <summary>It ends without making its output, each time.</summary>
    public bool FailsAsCommand => Outcome is Outcome.Raises or Outcome.EndsProcess or Outcome.KillsProcess;

    public static CallPlan Read(ReadOnlySpan<byte> body) =>
        body.Length == Bytes ? ReadPlain(body) : ReadPlain(Convert.FromHexString(CommandSpec.Read(body).Command));

    private static CallPlan ReadPlain(ReadOnlySpan<byte> body) => new(
        new NodeName(Int(body, 24), Int(body, 28), Int(body, 32)),
        BinaryPrimitives.ReadUInt64LittleEndian(body),
        TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(body[8..])),
        Int(body, 16),
        (Outcome)Int(body, 20));

    public byte[] Write()
    {
        var body = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(body, Key);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(8), Duration.Ticks);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), Size);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(20), (int)Outcome);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(24), Name.Client);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(28), Name.Graph);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(32), Name.Node);
        return body;
    }

    private static int Int(ReadOnlySpan<byte> body, int offset) => BinaryPrimitives.ReadInt32LittleEndian(body[offset..]);
}

/// <summary>A node of a graph that a client is going to submit. <paramref name="Functions"/> is null for a literal, <paramref name="Options"/> are of its graph.</summary>
internal sealed record NodePlan(CallPlan Call, int[]? Functions, int[] Inputs, TaskOptions? Options = null)
{
    /// <summary>Where it comes from when the client declares it as a file.</summary>
    public FileKind? Declared { get; init; }

    /// <summary>Of a session; else all are calls.</summary>
    public NodeRole Role { get; init; }

    /// <summary>That a command asks for.</summary>
    public int? Cores { get; init; }

    public bool IsLiteral => Functions is null;
}
