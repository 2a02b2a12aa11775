using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Commands. One takes a slot as a task's process does, or as many as it names cores; so while it is the first that waits, nothing that comes
/// after it gets a slot, and it starts when enough of them are free. It is told by its call: the report is written to the path of that call, and output
/// number i to the path of the call i + 1 after it. Nothing is run a second time here: whatever ended a command, the report says so.
/// </content>
public sealed partial class WorkerCore
{
    /// <summary>Understands a command; returns what is wrong with it, or null.</summary>
    private string? ReadCommand(HeldTask task)
    {
        var assign = task.Assign;
        try
        {
            var spec = CommandSpec.Read(assign.Body.Span);
            if (spec.Inputs.Count != assign.Inputs.Count || spec.Outputs.Count != assign.Outputs.Count)
                return $"a command names {spec.Inputs.Count} inputs and {spec.Outputs.Count} outputs, "
                    + $"and comes with {assign.Inputs.Count} and {assign.Outputs.Count}";
            task.Command = spec;
            // What makes a file runs beside the slots.
            return task.Make is null && task.Cores > _slots.Length ? $"a command asks for {task.Cores} cores of a worker that has {_slots.Length}" : null;
        }
        catch (ProtocolException e)
        {
            return e.Message;
        }
    }

    private void StartCommandIn(Slot slot, HeldTask task)
    {
        slot.TaskProcess = HostState.Up;
        StartCommand(task);
        FollowOutputs(task);
    }

    private void StartCommand(HeldTask task)
    {
        task.Call = _lastCall + 1;
        _lastCall += 1 + task.Assign.Outputs.Count;
        Do(new StartCommand(task.Call, task.Assign, task.Command!));
    }

    private void OnCommandEnded(long call, CommandOutcome outcome)
    {
        if (TakeMaker(call) is { } maker)
        {
            OnMakerEnded(maker, outcome);
            return;
        }

        var slot = Array.Find(_slots, s => s.Task is { Command: not null } task && task.Call == call)
            ?? throw new InvalidOperationException($"the command of call {call} ended and there was none");
        var ended = slot.Task!;
        slot.Task = null;
        slot.TaskProcess = HostState.None;
        FreeHeld(ended);
        if (ended.Cancelled)
            RunAgain(ended);
        else if (outcome is CommandReported reported)
            EndCommand(ended, reported);
        else if (outcome is CommandInputLost lost)
            AwaitInput(ended, lost);
        else
            throw new InvalidOperationException($"{ended.Attempt} was killed and nobody had asked for it");
    }

    private void EndCommand(HeldTask task, CommandReported reported)
    {
        var (assign, call) = (task.Assign, task.Call);
        var report = reported.Report;
        if (reported.Value is null)
            Keep(call, assign.Output, reported.Size);
        var outputs = new List<FileSize>();
        for (var i = 0; i < assign.Outputs.Count; i++)
        {
            if (report.Outputs[i] is not { } size)
                continue;
            Keep(call + 1 + i, assign.Outputs[i], size);
            outputs.Add(new FileSize(assign.Outputs[i], size));
        }

        End(task, new Completed(assign.Task, assign.Attempt, report.Measured.WallUs, reported.Size, reported.Value, null, outputs));
        // What goes for want of room is lost after it was told to be here.
        foreach (var (file, _) in outputs)
            KeepWithinLimit(file);
    }

    private void Keep(long call, FileId file, long size)
    {
        Do(new KeepOutput(call, file, size));
        OnFileArrived(file, size);
    }

    /// <summary>The manager hears that the file is gone, and brings it again or takes the task back.</summary>
    private void AwaitInput(HeldTask task, CommandInputLost lost)
    {
        DropOutputOf(task);
        if (_files.IsPresent(lost.File))
            OnFileUnreadable(lost.File, lost.Reason);
        AwaitInputs(task);
    }

    /// <summary>What a report says is in the cache.</summary>
    private static IEnumerable<FileId> FilesOf(HeldTask task)
    {
        if (task.Report is not Completed completed)
            return [];
        var outputs = completed.Outputs.Select(output => output.File);
        return completed.Value is null ? outputs.Prepend(task.Assign.Output) : outputs;
    }
}
