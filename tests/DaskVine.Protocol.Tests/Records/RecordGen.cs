using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;
using FsCheck;
using FsCheck.Fluent;
using Result = DaskVine.Protocol.Records.Result;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>Random records of every kind, drawn towards the boundaries between encodings.</summary>
internal static class RecordGen
{
    private static readonly string[] Texts =
        ["", "a", "('x', 0)", "\u00e9\u4f60\U0001f377", "nul\0", new('k', 31), new('k', 32), new('\u00e9', 300)];

    private static Gen<int> Number { get; } =
        Gen.OneOf(Gen.Choose(0, 200), Gen.Elements(127, 128, 255, 256, 65535, 65536, int.MaxValue), Gen.Choose(0, int.MaxValue));

    private static Gen<long> Long { get; } = Gen.OneOf(
        Number.Select(number => (long)number),
        Gen.Elements(uint.MaxValue, 1L << 32, long.MaxValue),
        Number.Select(number => (long)number << 31));

    private static Gen<long> Signed { get; } = Gen.OneOf(
        Long,
        Long.Select(value => -value),
        Gen.Elements(-1, -32, -33, -128, -129, -32768, -32769, int.MinValue, int.MinValue - 1L, long.MinValue));

    private static Gen<bool> Truth { get; } = Gen.Elements(true, false);

    private static Gen<string> Text { get; } = Gen.Elements(Texts);

    private static Gen<ReadOnlyMemory<byte>> Bytes { get; } = Gen.Frequency(
        (9, MsgPackNodeGen.Bytes),
        (1, Gen.Elements(-1, 0, 1).Select(more => RecordExamples.Run(RecordWriter.FrameThreshold + more, 0x5a))))
        .Select(bytes => new ReadOnlyMemory<byte>(bytes));

    private static Gen<ReadOnlyMemory<byte>?> Optional { get; } =
        Gen.OneOf(Gen.Constant<ReadOnlyMemory<byte>?>(null), Bytes.Select(bytes => (ReadOnlyMemory<byte>?)bytes));

    private static Gen<TaskMode> Mode { get; } = Gen.Elements(Enum.GetValues<TaskMode>());

    private static Gen<int[]> Numbers { get; } = Several(Number);

    private static Gen<TaskId[]> Tasks { get; } = Several(Long.Select(value => new TaskId(value)));

    private static Gen<FileId> File { get; } = Long.Select(value => new FileId(value));

    private static Gen<TaskAttempt[]> Attempts { get; } =
        Several(from task in Long from attempt in Number select new TaskAttempt(new TaskId(task), attempt));

    private static Gen<Dictionary<string, string>> Versions { get; } =
        Several(Text).Select(texts => texts.Distinct().ToDictionary(text => text, text => text + "1"));

    private static Gen<Dictionary<string, long>> Amounts { get; } =
        from names in Several(Text)
        let distinct = names.Distinct().ToArray()
        from amounts in Long.ArrayOf(distinct.Length)
        select distinct.Zip(amounts).ToDictionary(pair => pair.First, pair => pair.Second);

    private static Gen<CallOutput?> Output { get; } = Gen.OneOf(
        Gen.Constant<CallOutput?>(null),
        from texts in Text.ArrayOf(2) select (CallOutput?)new CallOutput(texts[0], texts[1]));

    private static Gen<Failure> Failure { get; } =
        from kind in Gen.Elements(Enum.GetValues<FailureKind>())
        from message in Text
        from traceback in Text
        from exception in Optional
        select new Failure(kind, message, traceback, exception);

    private static Gen<PeerEndpoint?> Peer { get; } = Gen.OneOf(
        Gen.Constant<PeerEndpoint?>(null),
        from texts in Text.ArrayOf(4) select (PeerEndpoint?)new PeerEndpoint(texts[0], texts[1], texts[2], texts[3]));

    private static Gen<CacheLevel> Level { get; } = Gen.Elements(Enum.GetValues<CacheLevel>());

    private static Gen<FileSize[]> FileSizes { get; } = Several(from file in File from size in Long select new FileSize(file, size));

    private static Gen<DeclaredFile> Declared { get; } =
        from kind in Gen.Elements(Enum.GetValues<FileKind>())
        from texts in Text.ArrayOf(2)
        from size in Long
        from level in Level
        from shared in Truth
        select new DeclaredFile(kind, texts[0], texts[1], size, level, shared);

    private static Gen<Record> Hello { get; } =
        from version in Number
        from role in Text
        from instance in Text
        from name in Text
        from token in Long
        from versions in Versions
        from cores in Number
        from files in Several(from file in File from size in Long select new FileSize(file, size))
        from tasks in Attempts
        from resources in Amounts
        from peer in Peer
        from limits in Long.ArrayOf(2)
        select (Record)new Hello(version, role, instance, name, token, versions, cores, files, tasks, resources, peer, limits[0], limits[1]);

    private static Gen<GraphNode> Node { get; } =
        from functions in Gen.OneOf(Gen.Constant<int[]?>(null), Numbers.Select(numbers => (int[]?)numbers))
        from body in Bytes
        from inputs in Numbers
        from key in Text
        from options in Number
        from neutral in Truth
        select new GraphNode(functions, body, inputs, key, options, neutral);

    private static Gen<int?> OptionalNumber { get; } = Gen.OneOf(Gen.Constant<int?>(null), Number.Select(number => (int?)number));

    private static Gen<Record> Options { get; } =
        from numbers in Number.ArrayOf(3)
        from priority in Signed
        from workers in Several(Text)
        from elsewhere in Truth
        from resources in Amounts
        from locks in Several(Text)
        from checkpoint in Truth
        from library in OptionalNumber
        from cores in Number
        select (Record)new TaskOptions(
            numbers[0], numbers[1], priority, numbers[2], workers, elsewhere, resources, locks, checkpoint, library, cores);

    private static Gen<EndedTask> Ended { get; } =
        from node in Number from worker in Text from duration in Long select new EndedTask(node, worker, duration);

    private static Gen<Movement> Moved { get; } =
        from texts in Text.ArrayOf(2) from counts in Long.ArrayOf(3)
        select new Movement(texts[0], texts[1], counts[0], counts[1], counts[2]);

    private static Gen<TaskInput> Input { get; } = Gen.OneOf(
        Bytes.Select(bytes => new TaskInput(bytes, default, 0)),
        from file in File from size in Long select new TaskInput(null, file, size));

    private static Gen<Record> Assign { get; } =
        from task in Long
        from attempt in Number
        from mode in Mode
        from functions in Numbers
        from body in Bytes
        from inputs in Several(Input)
        from output in File
        from capture in Truth
        from outputs in Several(File)
        from library in OptionalNumber
        from neutral in Truth
        select (Record)new Assign(new TaskId(task), attempt, mode, functions, body, inputs, output, capture, outputs, library, neutral);

    private static readonly Gen<Record>[] Kinds =
    [
        Hello,
        from manager in Text from name in Text from beat in Number select (Record)new Welcome(manager, name, beat),
        Text.Select(reason => (Record)new Refuse(reason)),
        Text.Select(reason => (Record)new Rehello(reason)),
        Number.Select(sent => (Record)new Heartbeat((ulong)sent)),
        Text.Select(reason => (Record)new Goodbye(reason)),
        from number in Number from hash in MsgPackNodeGen.Bytes from name in Text from code in Bytes
        select (Record)new FunctionCode(number, hash, name, code),
        from numbers in Number.ArrayOf(3) from mode in Mode from label in Text from returns in Truth
        select (Record)new OpenGraph(numbers[0], mode, label, (GraphReports)numbers[1], returns, numbers[2]),
        from graph in Number from first in Number from nodes in Several(Node) select (Record)new SubmitNodes(graph, first, nodes),
        from graph in Number from count in Number from wanted in Numbers select (Record)new SealGraph(graph, count, wanted),
        Number.Select(graph => (Record)new CancelGraph(graph)),
        Options,
        from name in Text from hash in MsgPackNodeGen.Bytes from data in Bytes select (Record)new Upload(name, hash, data),
        Numbers.Select(numbers => (Record)new ForgetFunctions(numbers)),
        from graph in Number from node in Number from size in Long from offset in Long from value in Bytes
        select (Record)new Result(graph, node, size, offset, value),
        from graph in Number from nodes in Numbers from stream in Bytes select (Record)new Results(graph, nodes, stream),
        from graph in Number from node in Number from texts in Text.ArrayOf(3) from failure in Failure
        select (Record)new GraphFailed(graph, node, texts[0], texts[1], failure, texts[2]),
        from counts in Number.ArrayOf(4) select (Record)new Progress(counts[0], counts[1], counts[2], counts[3]),
        from code in Text from text in Text select (Record)new Notice(code, text),
        from graph in Number from started in Numbers from ended in Several(Ended) select (Record)new TaskEvents(graph, started, ended),
        from graph in Number from node in Number from texts in Text.ArrayOf(4)
        select (Record)new TaskOutput(graph, node, texts[0], texts[1], texts[2], texts[3]),
        Assign,
        Tasks.Select(tasks => (Record)new Retract(tasks)),
        Tasks.Select(tasks => (Record)new Cancel(tasks)),
        Several(File).Select(files => (Record)new Release(files)),
        File.Select(file => (Record)new Fetch(file)),
        from file in File from size in Long from offset in Long from data in Bytes select (Record)new Chunk(file, size, offset, data),
        Text.Select(reason => (Record)new Shutdown(reason)),
        from task in Long from attempt in Number from duration in Long from size in Long from value in Optional
        from output in Output
        from outputs in FileSizes
        select (Record)new Completed(new TaskId(task), attempt, duration, size, value, output, outputs),
        from task in Long from attempt in Number from failure in Failure from output in Output
        select (Record)new Failed(new TaskId(task), attempt, failure, output),
        Attempts.Select(tasks => (Record)new Retracted(tasks)),
        from file in File from reason in Text select (Record)new FileLost(file, reason),
        Versions.Select(versions => (Record)new Versions(versions)),
        from graph in Number from first in Number from files in Several(Declared) select (Record)new SubmitFiles(graph, first, files),
        from numbers in Number.ArrayOf(3) from body in Bytes from inputs in Numbers from outputs in Numbers from key in Text from mini in Truth
        select (Record)new SubmitCommand(numbers[0], numbers[1], body, inputs, outputs, key, numbers[2], mini),
        from graph in Number from nodes in Numbers select (Record)new Want(graph, nodes),
        from graph in Number from nodes in Numbers from forget in Truth select (Record)new Prune(graph, nodes, forget),
        from name in Text from value in Signed select (Record)new Tune(name, value),
        from graph in Number from node in Number from offset in Long from data in Bytes
        select (Record)new FileData(graph, node, offset, data),
        from file in File from numbers in Long.ArrayOf(2) from texts in Text.ArrayOf(4) from level in Level
        select (Record)new Transfer(file, numbers[0], numbers[1], texts[0], texts[1], texts[2], texts[3], level),
        from file in File from number in Long from body in Bytes from inputs in FileSizes from name in Text from level in Level
        select (Record)new MakeFile(file, number, body, inputs, name, level),
        from file in File from numbers in Long.ArrayOf(4)
        select (Record)new Transferred(file, numbers[0], numbers[1], numbers[2], numbers[3]),
        Number.Select(request => (Record)new AskMovements(request)),
        from request in Number from made in Long from moved in Several(Moved) select (Record)new Movements(request, made, moved),
        from file in File from source in Long from kind in Gen.Elements(Enum.GetValues<TransferFailureKind>()) from reason in Text
        select (Record)new TransferFailed(file, source, kind, reason),
        from task in Long from numbers in Number.ArrayOf(2) from offset in Long from data in Bytes
        select (Record)new OutputPiece(new TaskId(task), numbers[0], numbers[1], offset, data),
        from task in Long from numbers in Number.ArrayOf(2) from offset in Long
        select (Record)new FollowOutput(new TaskId(task), numbers[0], numbers[1], offset),
        from numbers in Number.ArrayOf(2) from offset in Long from data in Bytes
        select (Record)new WatchedOutput(numbers[0], numbers[1], offset, data),
    ];

    /// <summary>One generator per kind.</summary>
    internal static IReadOnlyList<Gen<Record>> ByKind => Kinds;

    internal static Gen<Record> Record { get; } = Gen.OneOf(Kinds);

    internal static Gen<Record[]> Records { get; } = Several(Record);

    private static Gen<T[]> Several<T>(Gen<T> one) =>
        from length in Gen.Frequency((9, Gen.Choose(0, 4)), (1, Gen.Elements(15, 16, 17)))
        from items in one.ArrayOf(length)
        select items;
}
