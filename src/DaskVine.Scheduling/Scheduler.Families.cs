using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Tasks whose results will be read together should be made together. Those that lead to the same join, a task that reads more than one result, are a family,
/// and small families that lead to one join are again one. The next of a family goes where the last one went, the nearest family first.
/// </summary>
public sealed partial class Scheduler
{
    private const int FamilyLevels = 12;

    // The inputs of a wider join do not fit in one place anyway.
    private const int JoinInputs = 64;

    // Beyond the nearest join. Nodes come in depth-first order, so what a join is made of has the numbers before its own.
    private const int FamilyNodes = 48;

    // What is read by more belongs to too many families.
    private const int FamilyReaders = 2;

    /// <summary>Where the last task of its family went; null if none did, or if that does not matter.</summary>
    private VineWorker? HomeOf(VineTask task)
    {
        if (FunctionOf(task).ResultBytes <= _options.InlineBytes)
            return null;
        var (reader, isNearest) = (NextOfFamily(task, task, true), true);
        for (var level = 0; level < FamilyLevels && reader is not null; level++)
        {
            if (reader.Home is { } home && IsConnected(home))
                return home;
            isNearest &= reader.Inputs.Length == 1;
            reader = NextOfFamily(reader, task, isNearest);
        }

        return null;
    }

    private void SettleFamily(VineTask task, VineWorker worker)
    {
        if (FunctionOf(task).ResultBytes <= _options.InlineBytes)
            return;
        var (reader, isNearest) = (NextOfFamily(task, task, true), true);
        for (var level = 0; level < FamilyLevels && reader is not null; level++)
        {
            if (reader.Inputs.Length > 1)
                (reader.Home, isNearest) = (worker, false);
            reader = NextOfFamily(reader, task, isNearest);
        }
    }

    /// <summary>The next task on the way from a task to the joins of its family.</summary>
    private static VineTask? NextOfFamily(VineTask task, VineTask first, bool isNearest) =>
        task.Output.Consumers is [var reader, ..] && task.Output.Consumers.Count <= FamilyReaders && reader.Inputs.Length <= JoinInputs
        && (isNearest || reader.Output.Node - first.Output.Node <= FamilyNodes) ? reader : null;

    /// <summary>Whether the nodes that read a large result are likely to be still on their way from the client.</summary>
    private bool HasUnknownFamily(VineTask task) =>
        task is { Output.Consumers.Count: 0, Graph.Sealed: false } && FunctionOf(task).ResultBytes > _options.InlineBytes
        && task.Graph.Nodes.Count - task.Output.Node <= FamilyNodes;

    /// <summary>What is saved later by running a task at its home rather than elsewhere, in microseconds.</summary>
    private long SavedAt(VineWorker home, VineWorker other, VineTask task)
    {
        var bytes = FunctionOf(task).ResultBytes ?? _options.UnknownResultBytes;
        if (bytes <= _options.InlineBytes)
            return 0;
        return _options.TransferUs + (IsLinked(home, other) ? 0 : TransferWeight * (bytes / _bytesPerUs));
    }

    private VineFunction FunctionOf(VineTask task) => task.Functions.Length > 0 ? task.Functions[0] : _expression;
}
