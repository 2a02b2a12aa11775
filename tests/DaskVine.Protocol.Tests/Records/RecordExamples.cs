using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>
/// At least one record of every kind, with each optional part present and absent. They are the golden messages:
/// add at the end, and never change one without a reason to change the protocol.
/// </summary>
internal static class RecordExamples
{
    internal static readonly byte[] Large = Run(RecordWriter.FrameThreshold, 0xab);

    internal static IReadOnlyList<Record> All { get; } = [.. Session(), .. Client(), .. Results(), .. Worker(), .. Reports()];

    internal static IEnumerable<object[]> Cases => All.Select((_, at) => new object[] { at, All[at].Kind });

    internal static byte[] Run(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static IEnumerable<Record> Session() =>
    [
        new Hello(1, Hello.ClientRole, "client-0", "desk-1", 4711, new Dictionary<string, string>(), 0, [], []),
        new Hello(
            1, Hello.WorkerRole, "worker-\u00e9", "node\U0001f377", long.MaxValue,
            new Dictionary<string, string> { ["daskvine"] = "0.1.0", ["python"] = "3.11.2" }, 64,
            [new FileSize(new FileId(1), 0), new FileSize(new FileId(1L << 40), 1L << 50)],
            [new TaskAttempt(new TaskId(3), 1), new TaskAttempt(new TaskId(long.MaxValue), int.MaxValue)]),
        new Welcome("manager-0", "vine", 1000),
        new Refuse("protocol 2 is not spoken here"),
        new Rehello("the link is unknown here"),
        new Heartbeat(41),
        new Goodbye("the client closes"),
    ];

    private static IEnumerable<Record> Client() =>
    [
        new FunctionCode(1, Run(16, 0x11), "inc", new byte[] { 0x80, 5 }),
        new FunctionCode(int.MaxValue, Run(16, 0x22), "", Large),
        new OpenGraph(1, TaskMode.FunctionCalls, "sum"),
        new OpenGraph(2, TaskMode.Tasks, ""),
        new SubmitNodes(1, 0,
        [
            new GraphNode(null, new byte[] { 0x80, 5, 0x4e, 0x2e }, [], "literal"),
            new GraphNode([], new byte[] { 0x91, 0xd4, 1, 0 }, [0], "list"),
            new GraphNode([1, 2], Large, [0, 1, 0], "('x', 0)"),
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
        new GraphFailed(
            1, 2, "('x', 0)", "worker-0",
            new Failure(FailureKind.Raised, "ValueError: no", "Traceback \u2026", new byte[] { 0x80 })),
        new GraphFailed(1, 0, "", "", Failure.Of(FailureKind.Invalid, "a cycle")),
        new Progress(1, 10, 4, 100),
        new Notice(Notice.WaitingForWorkers, "no worker is connected"),
    ];

    private static IEnumerable<Record> Worker() =>
    [
        new Assign(
            new TaskId(1L << 33), 2, TaskMode.FunctionCalls, [7, 8], new byte[] { 0x90 },
            [new TaskInput(new byte[] { 1, 2 }, default, 0), new TaskInput(null, new FileId(9), 1L << 20)], new FileId(5)),
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
        new Completed(new TaskId(2), 1, 0, 1L << 40, null),
        new Completed(new TaskId(3), 1, 9, 16_384, Large),
        new Failed(new TaskId(1), 3, new Failure(FailureKind.Unloadable, "no module named x", "Traceback", Large)),
        new Failed(new TaskId(1), 4, Failure.Of(FailureKind.Died, "signal 9")),
        new Retracted([new TaskAttempt(new TaskId(1), 1), new TaskAttempt(new TaskId(2), 0)]),
        new FileLost(new FileId(12), "it was evicted"),
    ];
}
