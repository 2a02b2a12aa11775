using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

/// <summary>Graphs as a client sends them.</summary>
internal static class Graphs
{
    public const int Number = 7;

    public static readonly GraphNode Call = new([0], new byte[] { 0x90 }, [], "call");

    public static GraphNode CallOf(params int[] inputs) => Call with { Inputs = inputs };

    public static GraphNode Value(byte[] value) => new(null, value, [], "value");

    /// <summary>Submits a graph of which the last node is wanted.</summary>
    public static void Submit(this TestPeer client, params GraphNode[] nodes) => client.Send(
        new FunctionCode(0, new byte[] { 1, 2, 3 }, "f", new byte[] { 0x80 }),
        new OpenGraph(Number, TaskMode.FunctionCalls, "test"),
        new SubmitNodes(Number, 0, nodes),
        new SealGraph(Number, nodes.Length, [nodes.Length - 1]));

    public static void Complete(this TestPeer worker, Assign assign, byte[] value) =>
        worker.Send(new Completed(assign.Task, assign.Attempt, 10, value.Length, value));

    /// <summary>Reports a result that stays in the worker's cache.</summary>
    public static void CompleteLarge(this TestPeer worker, Assign assign, long size) =>
        worker.Send(new Completed(assign.Task, assign.Attempt, 10, size, null));

    public static void Upload(this TestPeer worker, FileId file, byte[] value, int chunk = BulkTransfer.ChunkBytes)
    {
        for (var offset = 0; offset < value.Length; offset += chunk)
            worker.Send(new Chunk(file, value.Length, offset, value.AsMemory(offset, Math.Min(chunk, value.Length - offset))));
        worker.Drain();
    }

    /// <summary>Shows that a manager still serves: a graph of one call, from a client to a worker and back.</summary>
    public static void AssertServes(RunningManager manager, TestPeer worker)
    {
        byte[] body = [0x91, 0x2A];
        using var client = TestPeer.Client(manager);
        client.Submit(Call with { Body = body });
        Assign assign;
        // What other clients left may come before it.
        do
            assign = worker.SkipTo<Assign>();
        while (!assign.Body.Span.SequenceEqual(body));
        worker.Complete(assign, [42]);
        Assert.Equal([42], client.ReceiveResult());
    }

    /// <summary>Bytes that begin as an Arrow stream does.</summary>
    public static byte[] Stream(int count)
    {
        var bytes = Bytes(count);
        bytes.AsSpan(0, 4).Fill(0xff);
        return bytes;
    }

    public static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
