using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Records;

/// <summary>The one table kind ↔ record.</summary>
public static class RecordTable
{
    private delegate Record Read(ref RecordReader reader);

    private sealed record Entry(int FieldCount, Read Read);

    private static readonly Dictionary<RecordKind, Entry> Entries = new()
    {
        [RecordKind.Hello] = new(13, Hello.Read),
        [RecordKind.Welcome] = new(3, Welcome.Read),
        [RecordKind.Refuse] = new(1, Refuse.Read),
        [RecordKind.Rehello] = new(1, Rehello.Read),
        [RecordKind.Heartbeat] = new(1, Heartbeat.Read),
        [RecordKind.Goodbye] = new(1, Goodbye.Read),
        [RecordKind.Function] = new(4, FunctionCode.Read),
        [RecordKind.OpenGraph] = new(6, OpenGraph.Read),
        [RecordKind.SubmitNodes] = new(3, SubmitNodes.Read),
        [RecordKind.SealGraph] = new(3, SealGraph.Read),
        [RecordKind.CancelGraph] = new(1, CancelGraph.Read),
        [RecordKind.TaskOptions] = new(11, TaskOptions.Read),
        [RecordKind.Upload] = new(3, Upload.Read),
        [RecordKind.ForgetFunctions] = new(1, ForgetFunctions.Read),
        [RecordKind.SubmitFiles] = new(3, SubmitFiles.Read),
        [RecordKind.SubmitCommand] = new(8, SubmitCommand.Read),
        [RecordKind.Result] = new(5, Result.Read),
        [RecordKind.GraphFailed] = new(6, GraphFailed.Read),
        [RecordKind.Progress] = new(4, Progress.Read),
        [RecordKind.Notice] = new(2, Notice.Read),
        [RecordKind.TaskEvents] = new(3, TaskEvents.Read),
        [RecordKind.TaskOutput] = new(6, TaskOutput.Read),
        [RecordKind.Movements] = new(3, Movements.Read),
        [RecordKind.WatchedOutput] = new(4, WatchedOutput.Read),
        [RecordKind.Results] = new(3, Results.Read),
        [RecordKind.Assign] = new(11, Assign.Read),
        [RecordKind.Retract] = new(1, Retract.Read),
        [RecordKind.Cancel] = new(1, Cancel.Read),
        [RecordKind.Release] = new(1, Release.Read),
        [RecordKind.Fetch] = new(1, Fetch.Read),
        [RecordKind.Chunk] = new(4, Chunk.Read),
        [RecordKind.Shutdown] = new(1, Shutdown.Read),
        [RecordKind.Transfer] = new(8, Transfer.Read),
        [RecordKind.MakeFile] = new(6, MakeFile.Read),
        [RecordKind.FollowOutput] = new(4, FollowOutput.Read),
        [RecordKind.Completed] = new(7, Completed.Read),
        [RecordKind.Failed] = new(4, Failed.Read),
        [RecordKind.Retracted] = new(1, Retracted.Read),
        [RecordKind.FileLost] = new(2, FileLost.Read),
        [RecordKind.Versions] = new(1, Versions.Read),
        [RecordKind.Transferred] = new(5, Transferred.Read),
        [RecordKind.TransferFailed] = new(4, TransferFailed.Read),
        [RecordKind.OutputPiece] = new(5, OutputPiece.Read),
        [RecordKind.Want] = new(2, Want.Read),
        [RecordKind.Prune] = new(3, Prune.Read),
        [RecordKind.Tune] = new(2, Tune.Read),
        [RecordKind.FileData] = new(4, FileData.Read),
        [RecordKind.AskMovements] = new(1, AskMovements.Read),
    };

    public static IReadOnlyCollection<RecordKind> Kinds => Entries.Keys;

    /// <summary>Reads one record; fields that a newer peer added at its end are skipped.</summary>
    /// <exception cref="ProtocolException">Unknown kind, missing fields, or a field of another type.</exception>
    internal static Record ReadRecord(ref RecordReader reader)
    {
        var count = reader.ReadArray();
        if (count == 0)
            throw new ProtocolException("an empty array where a record belongs");
        var kind = (RecordKind)reader.ReadInt();
        if (!Entries.TryGetValue(kind, out var entry))
            throw new ProtocolException($"record kind {(int)kind} is not known");
        if (count - 1 < entry.FieldCount)
            throw new ProtocolException($"{kind} has {count - 1} fields and needs {entry.FieldCount}");
        try
        {
            var record = entry.Read(ref reader);
            reader.Skip(count - 1 - entry.FieldCount);
            return record;
        }
        catch (Exception e) when (e is MsgPackException or ProtocolException)
        {
            throw new ProtocolException($"{kind} is malformed: {e.Message}", e);
        }
    }
}
