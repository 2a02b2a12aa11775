using System.Threading.Channels;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <content>What comes: reports, and the outputs that belong here.</content>
internal sealed partial class CommandSession
{
    private readonly Dictionary<int, Arrival> _arrivals = [];

    private async Task ReadAsync(ChannelReader<Record> mailbox)
    {
        try
        {
            await foreach (var record in mailbox.ReadAllAsync().ConfigureAwait(false))
            {
                lock (_gate)
                    Take(record);
                connection.Flush();
            }
        }
        catch (Exception e) when (e is VineException or ProtocolException or IOException or UnauthorizedAccessException)
        {
            _done.Writer.TryComplete(e is VineException ? e : new VineException(e.Message, e));
        }
    }

    private void Want(int node, Action<ReadOnlyMemory<byte>> done, Action<string> failed)
    {
        _arrivals.Add(node, new Arrival(new IncomingResults([node]), done, failed));
        connection.Post(new Want(_graph, [node]));
    }

    private void Take(Record record)
    {
        switch (record)
        {
            case Result result when _arrivals.TryGetValue(result.Node, out var arrival):
                arrival.Pieces.Take(result);
                if (!arrival.Pieces.AreComplete)
                    break;
                _arrivals.Remove(result.Node);
                arrival.Done(((ReceivedBytes)arrival.Pieces[result.Node]).Bytes);
                break;
            case GraphFailed { Failure.Kind: FailureKind.Invalid } failed:
                throw new VineException($"the manager gave up the files and commands of this client: {failed.Failure.Message}");
            case GraphFailed failed when _arrivals.Remove(failed.Node, out var arrival):
                arrival.Failed(failed.Failure.Message);
                break;
        }
    }

    private void TakeReport(CommandTask task, int[] nodes, ReadOnlyMemory<byte> value)
    {
        var report = CommandReport.Read(value);
        var (result, reason) = (report.Result, report.Reason);
        var expected = 1;
        for (var i = 0; i < nodes.Length; i++)
        {
            var file = task.Outputs[i].File;
            if (i >= report.Outputs.Count || report.Outputs[i] is null)
            {
                file.Node = file.Node == nodes[i] ? null : file.Node;
                continue;
            }

            if (file.IsTemporary)
                continue;
            expected++;
            Want(nodes[i], data => Settle(TryKeep(file, data)), Settle);
        }

        OneLess();

        void Settle(string? trouble)
        {
            if (trouble is not null)
                (result, reason) = (CommandResult.OutputTransferError, trouble);
            OneLess();
        }

        void OneLess()
        {
            if (--expected == 0)
                Finish(task, result, reason, report);
        }
    }

    /// <summary>Why it cannot be stored; null when it is.</summary>
    private static string? TryKeep(VineFile file, ReadOnlyMemory<byte> data)
    {
        if (file.Path is not { } path)
        {
            file.Data = data;
            return null;
        }

        try
        {
            // Under another name first, so that nobody sees half of it.
            var beside = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllBytes(beside, data.Span);
            File.Move(beside, path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be stored: {e.Message}";
        }
    }

    private void Finish(CommandTask task, CommandResult result, string reason, CommandReport? report = null)
    {
        task.End(result, reason, report);
        _done.Writer.TryWrite(task);
    }

    private sealed record Arrival(IncomingResults Pieces, Action<ReadOnlyMemory<byte>> Done, Action<string> Failed);
}
