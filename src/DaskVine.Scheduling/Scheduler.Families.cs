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
