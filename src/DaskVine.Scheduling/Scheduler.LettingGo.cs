using DaskVine.Protocol;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// What a task was run from goes when nothing can have it run again: it is done, its client has forgotten all that it made, and whatever read that
/// is over in the same way, as it might be run again else and need it. So a graph that is never sealed does not grow with what has been.
/// </summary>
public sealed partial class Scheduler
{
    // Empty between calls.
    private readonly Stack<VineTask> _lettingGo = new();

    private void LetGoIfOver(VineTask? done)
    {
        if (done is null || !CanBeOver(done))
            return;
        _lettingGo.Push(done);
        while (_lettingGo.TryPop(out var task))
        {
            task.LetGo();
            foreach (var input in task.Inputs)
            {
                input.OverConsumers++;
                if (input.Producer is { } producer && CanBeOver(producer))
                    _lettingGo.Push(producer);
            }
        }
    }

    private static bool CanBeOver(VineTask task) =>
        task is { State: VineTaskState.Done, IsOver: false, Output.IsLetGo: true } && Array.TrueForAll(task.Outputs, output => output.IsLetGo);

    private static void CheckOver(VineTask task)
    {
        Require(!CanBeOver(task), $"{task.Id} is kept only while it may be run again");
        if (!task.IsOver)
            return;
        Require(task is { State: VineTaskState.Done, Body.Length: 0, Functions.Length: 0 }, $"{task.Id} is over, and nothing of it is kept");
        foreach (var output in task.Outputs.Prepend(task.Output))
        {
            Require(output is { Forgotten: true, Wanted: false, IsAvailable: false }, $"{output.Id} of {task.Id}, which is over, is not asked for");
            Require(output.Consumers.TrueForAll(IsOverOrHasFailed), $"nothing is to read {output.Id}, whose task is over");
        }

        foreach (var input in task.Inputs)
            Require(input.OverConsumers == input.Consumers.Count(consumer => consumer.IsOver), $"{input.Id} counts its consumers that are over");
    }

    // Who names a forgotten file all the same fails at once. Commands that do are reported about.
    private static bool IsOverOrHasFailed(VineTask task) =>
        task.IsOver || (task.State == VineTaskState.Done && (task.Output.NotMade || task.Mode == TaskMode.Command));
}
