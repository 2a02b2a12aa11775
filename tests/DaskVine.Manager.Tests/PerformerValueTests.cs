using DaskVine.Arrow;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

/// <summary>What functions returned goes to clients as Arrow.</summary>
public sealed class PerformerValueTests : IDisposable
{
    private const int Chunk = BulkTransfer.ChunkBytes;

    private readonly RunningManager _manager = RunningManager.OnTcp();

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void SmallValues_OfOneStep_AreRowsOfOneStreamForEachType()
    {
        using var client = TestPeer.Client(_manager);
        client.Send(
            new OpenGraph(1, TaskMode.FunctionCalls, ""),
            new SubmitNodes(1, 0, [Graphs.Value([0xc1, 5]), Graphs.Value([0x80, 7]), Graphs.Value([0xc1, 0xff]), Graphs.Value([0xc1, 0xa1, 0x61])]),
            new SealGraph(1, 4, [0, 1, 2, 3]));

        var numbers = client.Receive<Results>();
        Assert.Equal([0, 2], numbers.Nodes);
        Assert.Equal([5L, -1L], Column<PrimitiveArray<long>>(numbers).Values.ToArray());
        var texts = client.Receive<Results>();
        Assert.Equal([3], texts.Nodes);
        Assert.Equal("a", Column<StringArray>(texts)[0]);
        var pickles = client.Receive<Results>();
        Assert.Equal([1], pickles.Nodes);
        Assert.Equal([0x80, 7], Column<BinaryArray>(pickles).GetBytes(0).ToArray());
    }

    [Fact]
    public void SmallValue_ThatIsAStream_GoesAsItIs()
    {
        using var client = TestPeer.Client(_manager);
        var value = Graphs.Stream(100);

        client.Submit(Graphs.Value(value));

        Assert.Equal(value, client.Receive<Result>().Value.ToArray());
    }

    [Fact]
    public void LargeValue_ThatIsNoStream_IsARowOfOne()
    {
        using var client = TestPeer.Client(_manager);
        var value = Graphs.Bytes((3 * Chunk) + 5);

        client.Submit(Graphs.Value(value));

        var head = client.Receive<Result>();
        Assert.Equal(0, head.Value.Length % 64);
        Assert.True(head.Size > value.Length);
        Assert.Equal(value[..Chunk], client.Receive<Result>().Value.ToArray());
    }

    private static T Column<T>(Results results)
        where T : ArrowArray => Assert.IsType<T>(ArrowTable.ReadStream(results.Stream).Combined("value"));
}
