using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>
/// At least one record of every kind, with each optional part present and absent. They are the golden messages:
/// add at the end, and never change one without a reason to change the protocol.
/// </summary>
internal static class RecordExamples
{
    internal static readonly byte[] Large = Run(RecordWriter.FrameThreshold, 0xab);

    // Longer in UTF-8 than a length of one byte can say.
    private static readonly string LongText = new('\u00e9', 300);

    private static readonly Dictionary<string, long> NoAmounts = [];

    internal static IReadOnlyList<Record> All { get; } = 
        [.. Session(), .. Client(), .. Results(), .. Worker(), .. Reports(), .. Requests(), .. Tidings(), .. Declarations(), .. Transfers(), .. Watching()];

    internal static IEnumerable<object[]> Cases => All.Select((_, at) => new object[] { at, All[at].Kind });

    internal static byte[] Run(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static IEnumerable<Record> Session() =>
    [
        new Hello(3, Hello.ClientRole, "client-0", "desk-1", 4711, new Dictionary<string, string>(), 0, [], []),
        new Hello(
            3, Hello.WorkerRole, "worker-\u00e9", "node\U0001f377", long.MaxValue,
            new Dictionary<string, string> { ["daskvine"] = "0.1.0", ["python"] = "3.11.2" }, 64,
            [new FileSize(new FileId(1), 0), new FileSize(new FileId(1L << 40), 1L << 50)],
            [new TaskAttempt(new TaskId(3), 1), new TaskAttempt(new TaskId(long.MaxValue), int.MaxValue)],
            new Dictionary<string, long> { ["GPU"] = 2_000, ["m\u00e9moire"] = long.MaxValue, [""] = 0 }),
        new Welcome("manager-0", "vine", 1000),
        new Refuse("protocol 1 is not spoken here"),
        new Rehello("the link is unknown here"),
        new Heartbeat(41),
        new Goodbye("the client closes"),
    ];

    private static IEnumerable<Record> Client() =>
    [
        new FunctionCode(1, Run(16, 0x11), "inc", new byte[] { 0x80, 5 }),
        new FunctionCode(int.MaxValue, Run(16, 0x22), "", Large),
        new OpenGraph(1, TaskMode.FunctionCalls, "sum"),
        new OpenGraph(2, TaskMode.Tasks, "", GraphReports.Tasks | GraphReports.Output),
        new SubmitNodes(1, 0,
        [
            new GraphNode(null, new byte[] { 0x80, 5, 0x4e, 0x2e }, [], "literal"),
            new GraphNode([], new byte[] { 0x91, 0xd4, 1, 0 }, [0], "list"),
            new GraphNode([1, 2], Large, [0, 1, 0], "('x', 0)", int.MaxValue),
            new GraphNode([1], new byte[] { 0x90 }, [], "y", 0, Neutral: true),
        ]),
        new SubmitNodes(1, 70_000, []),
        new SealGraph(1, 70_000, [0, 69_999]),
        new CancelGraph(2),
    ];

    private static IEnumerable<Record> Results() =>
    [
        new Result(1, 2, 4, 0, new byte[] { 0x80, 5, 0x4e, 0x2e }),
        new Result(1, 3, 1L << 33, 1L << 32, Large),
        new Result(1, 4, 0, 0, ReadOnlyMemory<byte>.Empty),
        new Results(1, [2, 70_000], new byte[] { 0xff, 0xff, 0xff, 0xff }),
        new Results(1, [5], Large),
        new GraphFailed(
            1, 2, "('x', 0)", "worker-0",
            new Failure(FailureKind.Raised, "ValueError: no", "Traceback \u2026", new byte[] { 0x80 }), "inc"),
        new GraphFailed(1, 0, "", "", Failure.Of(FailureKind.Invalid, "a cycle")),
        new Progress(1, 10, 4, 100),
        new Notice(Notice.WaitingForWorkers, "no worker is connected"),
    ];

    private static IEnumerable<Record> Worker() =>
    [
        new Assign(
            new TaskId(1L << 33), 2, TaskMode.FunctionCalls, [7, 8], new byte[] { 0x90 },
            [new TaskInput(new byte[] { 1, 2 }, default, 0), new TaskInput(null, new FileId(9), 1L << 20)], new FileId(5), Capture: true),
        new Assign(new TaskId(0), 0, TaskMode.Tasks, [], Large, [], new FileId(0)),
        new Retract([new TaskId(1), new TaskId(200)]),
        new Cancel([new TaskId(65_536)]),
        new Release([new FileId(1), new FileId(1L << 31)]),
        new Fetch(new FileId(12)),
        new Chunk(new FileId(12), 16_385, 0, Large),
        new Chunk(new FileId(12), 16_385, 16_384, new byte[] { 1 }),
        new Shutdown("the manager ends"),
    ];

    private static IEnumerable<Record> Reports() =>
    [
        new Completed(new TaskId(1), 1, 123_456, 3, new byte[] { 1, 2, 3 }),
        new Completed(new TaskId(2), 1, 0, 1L << 40, null, new CallOutput("step 1\n", "")),
        new Completed(new TaskId(3), 1, 9, 16_384, Large),
        new Failed(new TaskId(1), 3, new Failure(FailureKind.Unloadable, "no module named x", "Traceback", Large)),
        new Failed(new TaskId(1), 4, Failure.Of(FailureKind.Died, "signal 9"), new CallOutput("", LongText)),
        new Retracted([new TaskAttempt(new TaskId(1), 1), new TaskAttempt(new TaskId(2), 0)]),
        new FileLost(new FileId(12), "it was evicted"),
    ];

    private static IEnumerable<Record> Requests() =>
    [
        new TaskOptions(
            1, 1, -2_500, 3, ["worker-0", "node\U0001f377"], true,
            new Dictionary<string, long> { ["GPU"] = 500, ["m\u00e9moire"] = 1L << 40 }, ["database", LongText]),
        new TaskOptions(1, int.MaxValue, long.MinValue, int.MaxValue, [""], false, NoAmounts, []),
        new TaskOptions(int.MaxValue, 2, long.MaxValue, 0, [], true, new Dictionary<string, long> { [""] = 0 }, ["one"]),
        new TaskOptions(1, 0, 0, 0, [], false, NoAmounts, []),
        new ForgetFunctions([]),
        new ForgetFunctions([0, 7, 1 << 20]),
        new Upload("helpers.py", Run(16, 0x33), "x = 1\n"u8.ToArray()),
        new Upload("h\u00e9lpers.zip", Run(16, 0x44), Large),
        new Upload("", ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty),
    ];

    private static IEnumerable<Record> Tidings() =>
    [
        new TaskEvents(
            1, [0, 1, 70_000],
            [new EndedTask(0, "worker-0", 1_500), new EndedTask(int.MaxValue, "node\U0001f377", long.MaxValue), new EndedTask(1, "", 0)]),
        new TaskEvents(1, [5], []),
        new TaskEvents(int.MaxValue, [], [new EndedTask(5, "worker-0", 1)]),
        new TaskOutput(1, 2, "('x', 0)", "worker-0", "step 1\nstep 2\n", "warning: \u2026\n"),
        new TaskOutput(int.MaxValue, 0, "", "", "", LongText),
        new Versions(new Dictionary<string, string>()),
        new Versions(new Dictionary<string, string> { ["python"] = "3.11.2", ["dask"] = "2023.1.1", ["h\u00e9lpers"] = "" }),
    ];

    private static IEnumerable<Record> Declarations() =>
    [
        new OpenGraph(3, TaskMode.Command, "files", GraphReports.None, Returns: true, PruneDepth: 0),
        new TaskOptions(1, 3, 0, 0, [], true, NoAmounts, [], Checkpoint: true),
        new TaskOptions(1, 4, 0, 0, [], true, NoAmounts, [], Library: 70_000, Cores: 2),
        new SubmitFiles(1, 0,
        [
            new DeclaredFile(FileKind.Path, "/data/\u00e9vents.arrow", "file-1", 1L << 40, CacheLevel.Workflow, true),
            new DeclaredFile(FileKind.Url, "https://example.org/a?b=c", "", 0, CacheLevel.Task, false),
            new DeclaredFile(FileKind.Output, "", "", 0, CacheLevel.Worker, true),
            new DeclaredFile(FileKind.Data, "", "buffer-2", 20_000, CacheLevel.Forever, true),
            new DeclaredFile(FileKind.Shared, "/shared", "", 0, CacheLevel.Task, true),
        ]),
        new SubmitFiles(2, int.MaxValue, []),
        new SubmitCommand(1, 5, new byte[] { 0x80 }, [0, 1], [2], "sort", 3, false),
        new SubmitCommand(1, 6, Large, [], [], "", 0, true),
        new Want(1, [5, 70_000]),
        new Want(1, []),
        new Prune(1, [2], false),
        new Prune(1, [], true),
        new Tune("temp-replica-count", 2_000),
        new Tune("", -1),
        new FileData(1, 3, 0, Large),
        new FileData(1, 3, 1L << 33, new byte[] { 1 }),
    ];

    private static IEnumerable<Record> Transfers() =>
    [
        new Hello(
            3, Hello.WorkerRole, "worker-1", "node-1", 1, new Dictionary<string, string>(), 2, [], [], null,
            new PeerEndpoint("tcp://10.0.0.1:4711", "s3cret", "boot-7", "/scratch/cache"), 1L << 40, 1L << 34),
        new Assign(new TaskId(1), 1, TaskMode.Command, [], new byte[] { 0x80 }, [], new FileId(5), false, [new FileId(6), new FileId(1L << 40)]),
        new Assign(new TaskId(1), 2, TaskMode.FunctionCalls, [3], new byte[] { 0x90 }, [], new FileId(5), Library: 0, Neutral: true),
        new Completed(new TaskId(1), 1, 5, 1, new byte[] { 0x80 }, null, [new FileSize(new FileId(6), 1L << 40)]),
        new Transfer(new FileId(7), 1L << 40, 3, "tcp://10.0.0.1:4711", "s3cret", "/scratch/cache", "", CacheLevel.Workflow),
        new Transfer(new FileId(8), 0, 0, "https://example.org/a", "", "", "url-1", CacheLevel.Forever),
        new MakeFile(new FileId(9), 4, Large, [new FileSize(new FileId(7), 5)], "task-1", CacheLevel.Worker),
        new MakeFile(new FileId(9), 1L << 40, new byte[] { 0x80 }, [], "", CacheLevel.Task),
        new Transferred(new FileId(7), 1L << 40, 3, 0, 12),
        new TransferFailed(new FileId(7), 3, TransferFailureKind.Unreachable, "refused"),
        new TransferFailed(new FileId(7), 0, TransferFailureKind.NotMade, LongText),
        new AskMovements(3),
        new Movements(3, 1L << 40, [new Movement("", "worker-0", 1L << 33, 0, 7), new Movement("worker-0", "node\U0001f377", 0, 5, 1)]),
        new Movements(0, 0, []),
    ];

    private static IEnumerable<Record> Watching() =>
    [
        new OutputPiece(new TaskId(1L << 33), 2, 0, 1L << 40, Large),
        new OutputPiece(new TaskId(1), 1, 3, 0, ReadOnlyMemory<byte>.Empty),
        new FollowOutput(new TaskId(1L << 33), 2, 0, 1L << 40),
        new WatchedOutput(1, 70_000, 1L << 33, Large),
        new WatchedOutput(1, 0, 0, "step 1\n"u8.ToArray()),
    ];
}
