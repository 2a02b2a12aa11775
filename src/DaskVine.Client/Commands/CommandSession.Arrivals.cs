using DaskVine.Protocol;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <content>What comes: reports, and the outputs that belong here. Runs with the graph's gate held.</content>
internal sealed partial class CommandSession
{
    private void OnRan(int node, string worker)
    {
        if (_byNode.TryGetValue(node, out var task))
            task.Worker = worker;
    }

    private void TakeReport(CommandTask task, Sent sent, ReadOnlyMemory<byte> value)
    {
        var report = CommandReport.Read(value);
        // The whole is on its way, and one that is run again for others starts over.
        Unwatch(sent);
        var coming = task.Outputs.Index().Where(output => output.Item.File.ComesHere && Size(report, output.Index) is not null).ToArray();
        var expected = coming.Length;
        foreach (var (i, output) in coming)
            _graph.Want(sent.Outputs[i], Arriving(output.File, Size(report, i)!.Value, OneLess));
        if (expected == 0)
            Finish(task, sent, report);

        void OneLess(string? trouble)
        {
            if (trouble is not null && report.Result == CommandResult.Success)
                report = report with { Result = CommandResult.OutputTransferError, Reason = trouble };
            if (--expected == 0)
                Finish(task, sent, report);
        }
    }

    private static long? Size(CommandReport report, int output) => output < report.Outputs.Count ? report.Outputs[output] : null;

    private static Arrival Arriving(VineFile file, long size, Action<string?> settled)
    {
        file.Size = size;
        return file is LocalFile local
            ? new Arrival<string>(new PathSink(local.Path, size), _ => settled(null), NotStored)
            : new Arrival<ReadOnlyMemory<byte>>(new MemorySink(), Keep, NotStored);

        void NotStored(string reason) => settled($"{file.Text} did not come: {reason}");

        void Keep(ReadOnlyMemory<byte> data)
        {
            ((BufferFile)file).Fill(data);
            settled(null);
        }
    }

    private void Finish(CommandTask task, Sent sent, CommandReport report)
    {
        // The first word counts: an output may still fail to come for what was cancelled.
        if (!_sent.Remove(task))
            return;
        task.End(report.Result, report.Reason, report);
        if (sent.Node is { } node)
        {
            _byNode.Remove(node);
            Unwatch(sent);
            _graph.Prune([node], forget: true);
        }

        for (var i = 0; i < sent.Outputs.Length; i++)
            FileTable.Settle(task.Outputs[i].File, sent.Outputs[i], Size(report, i) is not null);
        sent.Ended(task);
    }

    private void Unwatch(Sent sent)
    {
        foreach (var node in sent.Outputs)
            _graph.Unwatch(node);
    }
}
