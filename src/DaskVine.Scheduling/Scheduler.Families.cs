using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Tasks whose results will be read together should be made together. Those that lead to the same join, the next task that reads more than one result, follow
/// each other to one worker, as long as that costs no more than moving their results later.
/// </summary>
public sealed partial class Scheduler
{
    private const int JoinLevels = 3;

    // The inputs of a wider one do not fit in one place anyway.
    private const int JoinInputs = 64;

    // A few families; behind them the order of tasks counts more.
    private const int LeftForHome = 64;

    // Tasks that were passed over in this step. Empty between calls.
    private readonly List<VineTask> _leftForHome = [];

    /// <summary>
    /// Whether a task that reads nothing should wait for room at its home, and others go before it: as everybody has work, it is only a question of who
    /// has what waiting. When somebody idles it goes there.
    /// </summary>
    private bool IsLeftForHome(VineTask task, VineWorker worker, VineWorker least) =>
        _leftForHome.Count < LeftForHome && !least.HasFreeSlot && task.Inputs.Length == 0 && task.Options.Demand is null && !_tuning.AnyWorker
        && FunctionOf(task).ResultBytes > _options.InlineBytes && HomeOf(task) is { } home && home != worker;

    private static VineTask? JoinOf(VineTask task)
    {
        for (var level = 0; level < JoinLevels; level++)
        {
            if (task.Output.Consumers is not [var consumer, ..])
                return null;
            if (consumer.Inputs.Length > 1)
                return consumer.Inputs.Length <= JoinInputs ? consumer : null;
            task = consumer;
        }

        return null;
    }

    private VineWorker? HomeOf(VineTask task) => JoinOf(task)?.Home is { } home && IsConnected(home) ? home : null;

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
