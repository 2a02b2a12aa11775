using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Which ready task goes where. Order of assignment holds across both modes, so that a task that needs a whole slot
/// is not passed by calls for ever; it is passed only while calls could not run there anyway.
/// </content>
public sealed partial class WorkerCore
{
    private long _lastCall;

    private void PlaceReady()
    {
        while (true)
        {
            var call = _readyCalls.Peek();
            var process = _readyProcesses.Peek();
            var callFirst = call is not null && (process is null || call.Sequence < process.Sequence);
            // Nothing passes what waits for memory, or it would wait for ever.
            if ((callFirst ? call : process) is not { } first || !FitsMemory(first))
                return;
            if (callFirst && TrySendCall(call!))
                continue;
            if (process is null || (callFirst && !FitsMemory(process)) || !TryStartProcess(process))
                return;
        }
    }

    /// <summary>Whether it can run beside what runs, as far as is known of their memory. Alone, anything can.</summary>
    private bool FitsMemory(HeldTask task)
    {
        task.ExpectedBytes = task.InputBytes + task.Function.MeanBytes;
        if (_options.Memory == 0)
            return true;
        var taken = 0.0;
        var runs = false;
        foreach (var slot in _slots)
        {
            taken += slot.ExpectedBytes;
            runs |= slot.Calls.Count > 0 || slot.Task is not null;
        }

        return !runs || taken + task.ExpectedBytes <= _options.Memory;
    }

    private bool TrySendCall(HeldTask task)
    {
        var expectedUs = task.Function.MeanUs;
        Slot? emptiest = null;
        foreach (var slot in _slots)
        {
            if ((emptiest is not null && slot.ExpectedUs >= emptiest.ExpectedUs) || !HasRoom(slot, task))
                continue;
            emptiest = slot;
            if (slot.Calls.Count == 0)
                break;
        }

        if (emptiest is null)
            return false;
        _readyCalls.RemoveFirst();
        task.State = HeldTaskState.Sent;
        // A call of unknown length fills its child.
        task.ExpectedUs = expectedUs ?? _options.AheadDuration.TotalMicroseconds;
        emptiest.AddCall(task, _now);
        SendCallTo(emptiest.ChildId, task, emptiest.Functions, alone: emptiest.Running == task);
        return true;
    }

    private bool HasRoom(Slot slot, HeldTask task)
    {
        if (slot.Child != HostState.Up || slot.TaskProcess != HostState.None)
            return false;
        if (slot.Calls.Count == 0)
            return true;
        var expectedUs = task.Function.MeanUs;
        // A child that is late with its first call gets nothing more to keep waiting.
        return expectedUs <= _options.AheadMean.TotalMicroseconds
            && slot.ExpectedUs + expectedUs <= _options.AheadDuration.TotalMicroseconds
            && slot.Calls.Count < _options.AheadCalls
            && task.ExpectedBytes <= _options.AheadBytes
            && _now - slot.RunningSince <= _options.AheadDuration
            && !task.Suspect
            && slot.Running is { Suspect: false, Cancelled: false };
    }

    private bool TryStartProcess(HeldTask task)
    {
        var slot = Array.Find(_slots, s => s.IsFree);
        if (slot is null)
            return false;
        _readyProcesses.RemoveFirst();
        task.State = HeldTaskState.Sent;
        slot.Task = task;
        if (task.Command is not null)
        {
            StartCommandIn(slot, task);
            return true;
        }

        slot.TaskProcess = HostState.Starting;
        Do(new StartTaskProcess(slot.Number));
        return true;
    }

    /// <summary>Sends a call after the functions it uses, less those <paramref name="sent"/> before.</summary>
    private void SendCallTo(HostId host, HeldTask task, HashSet<int>? sent, bool alone)
    {
        for (var i = 0; i < task.Assign.Functions.Count; i++)
        {
            var number = task.Assign.Functions[i];
            if (sent?.Add(number) ?? true)
                Do(new SendFunction(host, _functions[number].Code!));
        }

        task.Call = ++_lastCall;
        Do(new SendCall(host, task.Call, task.Assign, alone));
    }

    private void OnCallReturned(CallReturned e)
    {
        if (TakeAnswered(e.Host, e.Call, e.DurationUs) is not { } task)
            return;
        if (task.Cancelled)
        {
            RunAgain(task);
            return;
        }

        var assign = task.Assign;
        task.Function.MeasureSize(e.Size);
        if (e.Value is null)
        {
            Do(new KeepOutput(e.Call, assign.Output, e.Size));
            OnFileArrived(assign.Output, e.Size);
        }

        End(task, new Completed(assign.Task, assign.Attempt, e.DurationUs, e.Size, e.Value, e.Output));
        // Its inputs are not in use any more.
        if (e.Value is null)
            KeepWithinLimit(assign.Output);
    }

    private void OnCallFailed(CallFailed e)
    {
        if (TakeAnswered(e.Host, e.Call, e.DurationUs) is not { } task)
            return;
        if (task.Cancelled)
            RunAgain(task);
        else if (e.Failure.Kind == FailureKind.Unloadable)
            CheckInputs(task, () => Fail(task, e.Failure, e.Output));
        else
            Fail(task, e.Failure, e.Output);
    }

    /// <summary>Takes the task that a call was of out of its slot, or kills a host that answers what it was not asked.</summary>
    private HeldTask? TakeAnswered(HostId host, long call, long durationUs)
    {
        var slot = _slots[host.Slot];
        var task = slot.RunningIn(host.Role);
        if (task is null || task.Call != call)
        {
            Do(new KillHost(host));
            return null;
        }

        task.Function.Measure(durationUs);
        if (host == slot.ChildId)
        {
            slot.RemoveFirstCall(_now);
            slot.ForkDelay.Reset();
            _libraryDelay.Reset();
            return task;
        }

        slot.Task = null;
        if (slot.TaskProcess == HostState.Up)
        {
            slot.TaskProcess = HostState.Ending;
            Do(new EndHost(host));
        }

        return task;
    }
}
