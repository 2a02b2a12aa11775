using System.Formats.Tar;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Transfers;
using TransferFailureKind = DaskVine.Protocol.Records.TransferFailureKind;

namespace DaskVine.Manager.Tests;

public sealed class PerformerTests : IDisposable
{
    private const int Chunk = BulkTransfer.ChunkBytes;
    // Room for one chunk and not for two.
    private const long OneChunk = Chunk + (Chunk / 2);

    private readonly RunningManager _manager = RunningManager.OnTcp();

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void Graph_SmallValues_GoThroughTheWorker()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);

        client.Submit(Graphs.Call, Graphs.CallOf(0));
        Assert.Equal("f", worker.Receive<FunctionCode>().Name);
        worker.Complete(worker.Receive<Assign>(), [1, 2]);
        var second = worker.Receive<Assign>();
        Assert.Equal([1, 2], second.Inputs[0].Value!.Value.ToArray());
        worker.Complete(second, [3]);

        Assert.Equal([3], client.ReceiveResult());
    }

    [Fact]
    public void Graph_LargeResult_IsFetchedAndSentInChunks()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        // More than the credit of a link, so that both directions need acknowledgements.
        var value = Graphs.Bytes((20 << 20) + 1);

        client.Submit(Graphs.Call);
        Produce(worker, worker.Receive<Assign>(), value);

        Assert.Equal(value, client.ReceiveResult());
        worker.Receive<Release>();
    }

    [Fact]
    public void Graph_LargeResultWithoutBytesYet_EmptyFileArrives()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);

        client.Submit(Graphs.Call);
        worker.CompleteLarge(worker.Receive<Assign>(), 0);
        worker.Send(new Chunk(worker.Receive<Fetch>().File, 0, 0, default));

        Assert.Empty(client.ReceiveResult());
    }

    [Fact]
    public void PutFile_NeededElsewhere_IsFetchedOnceAndBrought()
    {
        // No more than one task at a worker at a time, so that both get one.
        using var manager = RunningManager.OnTcp(scheduler: new() { BacklogTasks = 1 });
        using var client = TestPeer.Client(manager);
        using var first = TestPeer.Worker(manager);
        var value = Graphs.Bytes(5 * Chunk / 2);
        client.Submit(Graphs.Call, Graphs.CallOf(0), Graphs.CallOf(0), Graphs.CallOf(1, 2));
        var made = first.Receive<Assign>();
        using var second = TestPeer.Worker(manager);
        first.CompleteLarge(made, value.Length);
        first.Receive<Assign>();
        var elsewhere = second.Receive<Assign>();
        Assert.Equal((made.Output, value.Length), (elsewhere.Inputs[0].File, elsewhere.Inputs[0].Size));

        Assert.Equal(made.Output, first.Receive<Fetch>().File);
        first.Upload(made.Output, value);

        Assert.Equal(value, Get(second.Receive<Transfer>()));
    }

    [Fact]
    public void PutFile_WhenTheTransferServerCannotBeReached_ComesByTheLink()
    {
        using var manager = RunningManager.OnTcp(scheduler: new() { BacklogTasks = 1 });
        using var client = TestPeer.Client(manager);
        using var first = TestPeer.Worker(manager);
        var value = Graphs.Bytes(5 * Chunk / 2);
        client.Submit(Graphs.Call, Graphs.CallOf(0), Graphs.CallOf(0), Graphs.CallOf(1, 2));
        var made = first.Receive<Assign>();
        using var second = TestPeer.Worker(manager);
        first.CompleteLarge(made, value.Length);
        first.Receive<Assign>();
        second.Receive<Assign>();
        first.Receive<Fetch>();
        first.Upload(made.Output, value);

        var transfer = second.Receive<Transfer>();
        second.Send(new TransferFailed(made.Output, transfer.Number, TransferFailureKind.Unreachable, "its port is closed"));

        Assert.Equal("", second.Receive<Transfer>().Address);
        Assert.Equal(value, ReceiveFile(second, made.Output));
    }

    [Fact]
    public void ServeDirectory_OfAnArchiveThatWasFetched_BringsTheDirectory()
    {
        using var manager = RunningManager.OnTcp(scheduler: new() { BacklogTasks = 1 });
        using var client = TestPeer.Client(manager);
        using var first = TestPeer.Worker(manager);
        var command = new byte[] { 0x80 };
        client.Send(
            new OpenGraph(1, TaskMode.Command, "files"),
            new SubmitFiles(1, 0, [new DeclaredFile(FileKind.Output, "", "", 0, CacheLevel.Workflow, true)]),
            new SubmitCommand(1, 1, command, [], [0], "make", 0, false),
            new SubmitCommand(1, 2, command, [0], [], "read", 0, false),
            new SubmitCommand(1, 3, command, [0], [], "read too", 0, false));
        var made = first.Receive<Assign>();
        using var second = TestPeer.Worker(manager);
        var directory = made.Outputs[0];
        first.Send(new Completed(made.Task, made.Attempt, 10, 1, new byte[] { 0x80 }) { Outputs = [new FileSize(directory, 5)] });

        Assert.Equal(directory, first.SkipTo<Fetch>().File);
        first.Upload(directory, Archive("data", "hello"));

        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Receive(second.SkipTo<Transfer>(), path);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(path, "data")));
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public void ServePath_OfADeclaredFile_IsGivenOutFromItsPlace()
    {
        using var directory = new ShortDirectory();
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        var value = Graphs.Bytes(Chunk);
        var path = $"{directory.DoorPath}-events";
        File.WriteAllBytes(path, value);

        client.Send(
            new OpenGraph(1, TaskMode.Command, "files"),
            new SubmitFiles(1, 0, [new DeclaredFile(FileKind.Path, path, "file-1", value.Length, CacheLevel.Workflow, true)]),
            new SubmitCommand(1, 1, new byte[] { 0x80 }, [0], [], "wc", 0, false));
        Assert.Equal(value, Get(worker.Receive<Transfer>()));
        client.Send(new CancelGraph(1));
        client.Synchronize();

        Assert.True(File.Exists(path));
    }

    [Fact]
    public void StoreData_OfADeclaredBuffer_IsGivenOutWhenItIsWhole()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        var value = Graphs.Bytes(3 * Chunk / 2);

        client.Send(
            new OpenGraph(1, TaskMode.Command, "files"),
            new SubmitFiles(1, 0, [new DeclaredFile(FileKind.Data, "", "buffer-1", value.Length, CacheLevel.Workflow, true)]),
            new SubmitCommand(1, 1, new byte[] { 0x80 }, [0], [], "wc", 0, false),
            new FileData(1, 0, 0, value.AsMemory(0, Chunk)),
            new FileData(1, 0, Chunk, value.AsMemory(Chunk)));

        Assert.Equal(value, Get(worker.SkipTo<Transfer>()));
    }

    private static byte[] Archive(string name, string content)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content)) });
        return archive.ToArray();
    }

    private static void Receive(Transfer transfer, string path)
    {
        Assert.True(TransferAddress.TryParse(transfer.Address, out var address, out var why), why);
        using var client = new TransferClient();
        client.Receive(address, transfer.Token, transfer.File.Value, transfer.Size, path, CancellationToken.None);
    }

    private static byte[] Get(Transfer transfer)
    {
        var path = Path.GetTempFileName();
        File.Delete(path);
        try
        {
            Receive(transfer, path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void PutFile_ValueOfTheGraph_ComesBesideTheAssignment()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        var value = Graphs.Bytes(3 * Chunk / 2);

        client.Submit(Graphs.Value(value), Graphs.CallOf(0));
        Assert.Equal("", worker.Receive<Transfer>().Address);
        var assign = worker.Receive<Assign>();

        Assert.Equal(value, ReceiveFile(worker, assign.Inputs[0].File));
    }

    [Fact]
    public void Flush_ClientWithLittleCredit_GetsNoMoreThanThat()
    {
        using var client = TestPeer.Client(_manager, OneChunk);
        client.Acknowledges = false;
        var value = Graphs.Stream(4 * Chunk);
        client.Submit(Graphs.Value(value));

        var first = client.SkipTo<Result>();
        // Fails when another part comes before the answer to this.
        client.Synchronize();

        client.Acknowledges = true;
        client.SendUnsequenced(new Heartbeat());
        var received = first.Value.ToArray().ToList();
        while (received.Count < value.Length)
            received.AddRange(client.Receive<Result>().Value.Span);
        Assert.Equal(value, received);
    }

    [Fact]
    public void Flush_SmallRecordsDuringATransfer_PassBetweenItsChunks()
    {
        using var client = TestPeer.Client(_manager, OneChunk);
        client.Acknowledges = false;
        client.Submit(Graphs.Value(Graphs.Stream(10 * Chunk)));
        client.SkipTo<Result>();

        client.Acknowledges = true;
        client.Send(
            new OpenGraph(8, TaskMode.FunctionCalls, ""), new SubmitNodes(8, 0, [Graphs.Value(Graphs.Stream(8))]), new SealGraph(8, 1, [0]));

        // Some were encoded and waited for credit.
        var before = 0;
        while (client.Receive<Result>() is { Graph: not 8 })
            before++;
        Assert.InRange(before, 1, 6);
        for (var left = 9 - before; left > 0; left--)
            Assert.Equal(Graphs.Number, client.Receive<Result>().Graph);
    }

    [Fact]
    public void Release_DuringATransfer_AbandonsTheRest()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager, OneChunk);
        worker.Acknowledges = false;
        client.Submit(Graphs.Value(Graphs.Bytes(16 * Chunk)), Graphs.CallOf(0));
        var first = worker.SkipTo<Chunk>();

        client.Send(new CancelGraph(Graphs.Number));
        client.Synchronize();
        worker.Acknowledges = true;
        worker.SendUnsequenced(new Heartbeat());

        var chunks = 1;
        while (NextOf<Chunk, Release>(worker) is not Release { Files: [var released] } || released != first.File)
            chunks++;
        Assert.InRange(chunks, 2, 7);
        Graphs.AssertServes(_manager, worker);
    }

    [Fact]
    public void Release_DuringAFetch_DeletesWhatHadCome()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        client.Submit(Graphs.Call);
        var assign = worker.Receive<Assign>();
        worker.CompleteLarge(assign, 2 * Chunk);
        worker.Receive<Fetch>();
        worker.Send(new Chunk(assign.Output, 2 * Chunk, 0, new byte[Chunk]));
        worker.Synchronize();
        Assert.Single(Staged);

        client.Send(new CancelGraph(Graphs.Number));
        worker.Receive<Release>();

        Assert.Empty(Staged);
        // The rest was on its way.
        worker.Send(new Chunk(assign.Output, 2 * Chunk, Chunk, new byte[Chunk]));
        Graphs.AssertServes(_manager, worker);
    }

    [Fact]
    public void DropStaged_ClientStillReads_DeletesAfterTheLastChunk()
    {
        using var client = TestPeer.Client(_manager, OneChunk);
        using var worker = TestPeer.Worker(_manager);
        client.Acknowledges = false;
        var value = Graphs.Bytes(8 * Chunk);
        client.Submit(Graphs.Call);
        Produce(worker, worker.Receive<Assign>(), value);
        // The graph is over for the manager, and a part is with the client.
        worker.Receive<Release>();
        Assert.Single(Staged);

        client.Acknowledges = true;
        client.SendUnsequenced(new Heartbeat());
        Assert.Equal(value, client.ReceiveResult());
        client.Synchronize();

        Assert.Empty(Staged);
    }

    [Fact]
    public void WorkerLeaves_DuringAFetch_DeletesWhatHadComeAndMakesItAgain()
    {
        using var client = TestPeer.Client(_manager);
        using var dies = TestPeer.Worker(_manager);
        client.Submit(Graphs.Call);
        var assign = dies.Receive<Assign>();
        dies.CompleteLarge(assign, 2 * Chunk);
        dies.Receive<Fetch>();
        dies.Send(new Chunk(assign.Output, 2 * Chunk, 0, new byte[Chunk]));
        dies.Synchronize();

        dies.Door.Dispose();
        using var other = TestPeer.Worker(_manager);
        var value = Graphs.Bytes(2 * Chunk);
        Produce(other, other.Receive<Assign>(), value);

        Assert.Equal(value, client.ReceiveResult());
        client.Synchronize();
        Assert.Empty(Staged);
    }

    private string[] Staged => Directory.GetFiles(_manager.Process.StagingDirectory!);

    private static void Produce(TestPeer worker, Assign assign, byte[] value)
    {
        worker.CompleteLarge(assign, value.Length);
        Assert.Equal(assign.Output, worker.Receive<Fetch>().File);
        worker.Upload(assign.Output, value);
    }

    private static byte[] ReceiveFile(TestPeer worker, FileId file)
    {
        var bytes = new MemoryStream();
        Chunk chunk;
        do
        {
            chunk = worker.Receive<Chunk>();
            Assert.Equal((file, bytes.Length), (chunk.File, chunk.Offset));
            bytes.Write(chunk.Data.Span);
        }
        while (bytes.Length < chunk.Size);
        return bytes.ToArray();
    }

    private static Record NextOf<T1, T2>(TestPeer peer)
    {
        Record record;
        do
            record = peer.SkipTo<Record>();
        while (record is not (T1 or T2));
        return record;
    }
}
