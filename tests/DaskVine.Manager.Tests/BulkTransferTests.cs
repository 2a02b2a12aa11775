using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

public sealed class BulkTransferTests
{
    private static readonly FileId File = new(3);

    [Fact]
    public void Next_Value_GivesChunksInOrder()
    {
        var value = Graphs.Bytes((2 * BulkTransfer.ChunkBytes) + 5);
        using var transfer = new BulkTransfer(File, value, Chunk);

        var chunks = ChunksOf(transfer);

        Assert.Equal([0, BulkTransfer.ChunkBytes, 2 * BulkTransfer.ChunkBytes], chunks.Select(chunk => chunk.Offset));
        Assert.Equal(value, chunks.SelectMany(chunk => chunk.Data.ToArray()));
        Assert.All(chunks, chunk => Assert.Equal(value.Length, chunk.Size));
    }

    [Fact]
    public void Next_WholeChunks_EndsWithoutAnEmptyOne()
    {
        using var transfer = new BulkTransfer(File, new byte[2 * BulkTransfer.ChunkBytes], Chunk);

        Assert.Equal(2, ChunksOf(transfer).Count);
    }

    [Fact]
    public void Next_EmptyValue_GivesOneEmptyChunk()
    {
        using var transfer = new BulkTransfer(File, ReadOnlyMemory<byte>.Empty, Chunk);

        var chunk = Assert.Single(ChunksOf(transfer));

        Assert.Equal(0, chunk.Data.Length);
    }

    [Fact]
    public void Next_StagedFile_GivesItsBytes()
    {
        using var staging = new Staging();
        var value = Graphs.Bytes(BulkTransfer.ChunkBytes + 1);
        staging.Receive(new Chunk(File, value.Length, 0, value), []);
        using var transfer = new BulkTransfer(staging.Find(File)!, Chunk);

        Assert.Equal(value, ChunksOf(transfer).SelectMany(chunk => chunk.Data.ToArray()));
    }

    [Fact]
    public void Dispose_StagedFileWasDropped_DeletesIt()
    {
        using var staging = new Staging();
        staging.Receive(new Chunk(File, 2, 0, new byte[2]), []);
        var transfer = new BulkTransfer(staging.Find(File)!, Chunk);

        staging.Drop(File);
        Assert.Single(Directory.GetFiles(staging.Directory!));
        Assert.Single(ChunksOf(transfer));
        transfer.Dispose();

        Assert.Empty(Directory.GetFiles(staging.Directory!));
    }

    private static Chunk Chunk(long size, long offset, ReadOnlyMemory<byte> data) => new(File, size, offset, data);

    private static List<Chunk> ChunksOf(BulkTransfer transfer)
    {
        var chunks = new List<Chunk>();
        while (transfer.Next() is { } record)
            chunks.Add((Chunk)record);
        return chunks;
    }
}
