using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Which ready task goes where. Order of assignment holds across both modes, so that a task that needs a whole slot
/// is not passed by calls for ever; it is passed only while calls could not run there anyway.
/// </content>
public sealed partial class WorkerCore
{
    private long _lastCall;

    private enum Place
    {
        Placed,

        /// <summary>It waits for a process, or the slots of those that its library has; others may run elsewhere meanwhile.</summary>
        NoProcess,

        /// <summary>It waits for slots, and nothing passes it.</summary>
        NoSlot,
    }

    /// <summary>Sends what can run; returns whether a call is left that waits for a process of its library.</summary>
    private bool PlaceReady()
    {
        var isWaited = false;
        foreach (var slot in _slots)
            slot.IsReserved = false;
        var passed = long.MinValue;
        while (FirstReady(passed) is { } first)
        {
            // Nothing passes what waits for memory, or it would wait for ever.
            if (!FitsMemory(first))
                return isWaited;
            var place = first.Library is null ? StartProcess(first) : SendCall(first);
            if (place == Place.NoSlot)
                return isWaited;
            isWaited |= place == Place.NoProcess;
            passed = place == Place.Placed ? long.MinValue : first.Sequence;
        }

        return isWaited;
    }

    // The first in order of assignment after those that were passed: one of each library, and one that takes a process.
    private HeldTask? FirstReady(long passed)
    {
        var first = After(_readyProcesses.Peek(), passed);
        foreach (var library in _libraries)
        {
            if (After(library.Ready.Peek(), passed) is { } call && !(first?.Sequence < call.Sequence))
                first = call;
        }

        return first;
    }

    private static HeldTask? After(HeldTask? task, long passed) => task?.Sequence > passed ? task : null;

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
            runs |= slot.Busy is not null || slot.Task is not null;
        }

        return !runs || taken + task.ExpectedBytes <= _options.Memory;
    }

    private Place SendCall(HeldTask task)
    {
        var library = task.Library!;
        if (library.IsThreads && MustBeAlone(library, task))
            return Place.NoProcess;
        var expectedUs = task.Function.MeanUs;
        Child? emptiest = null;
        var isUp = false;
        foreach (var child in library.Children)
        {
            isUp |= child.State == HostState.Up;
            if ((emptiest is not null && child.ExpectedUs >= emptiest.ExpectedUs) || !HasRoom(child, task))
                continue;
            emptiest = child;
            if (child.Calls.Count == 0)
                break;
        }

        if (emptiest is null)
            return !isUp ? Place.NoProcess : library.Id == 0 ? Place.NoSlot : Reserve(library);
        if (task.Cores > 1 && !TryHold(emptiest.Slot, task))
            return Place.NoSlot;
        library.Ready.RemoveFirst();
        library.LastUsed = _now;
        task.State = HeldTaskState.Sent;
        // A call of unknown length fills its child.
        task.ExpectedUs = expectedUs ?? _options.AheadDuration.TotalMicroseconds;
        emptiest.AddCall(task, _now);
        SendCallTo(emptiest.Id, task, emptiest.Functions, alone: emptiest.Running == task);
        return Place.Placed;
    }

    // The worker's own library has all slots; another may have fewer than there are.
    private static Place Reserve(Library library)
    {
        foreach (var child in library.Children)
            child.Slot.IsReserved |= child.State == HostState.Up;
        return Place.NoProcess;
    }

    /// <summary>Whether calls run that a suspect must not be beside: they would end with it, or be to blame in its place.</summary>
    private static bool MustBeAlone(Library library, HeldTask task) =>
        Array.Exists(library.Children, child => child.Running is { } running && (task.Suspect || running.Suspect));

    private bool HasRoom(Child child, HeldTask task)
    {
        if (child.State != HostState.Up || child.Slot.IsReserved || !child.Slot.TakesCalls || !Suits(child, task))
            return false;
        if (child.Slot.Busy is null)
            return true;
        var expectedUs = task.Function.MeanUs;
        // A child that is late with its first call gets nothing more to keep waiting.
        return child.Slot.Busy == child
            && expectedUs <= _options.AheadMean.TotalMicroseconds
            && child.ExpectedUs + expectedUs <= _options.AheadDuration.TotalMicroseconds
            && child.Calls.Count < _options.AheadCalls
            && task.ExpectedBytes <= _options.AheadBytes
            && task.Cores == 1
            && !child.Library.IsForOneCall
            && _now - child.RunningSince <= _options.AheadDuration
            && !task.Suspect
            && child.Running is { Suspect: false, Cancelled: false };
    }

    /// <summary>Takes the other slots of a task that takes several, if they are free.</summary>
    private bool TryHold(Slot slot, HeldTask task)
    {
        Slot[] others = [.. _slots.Where(s => s != slot && s is { IsFree: true, IsReserved: false }).Take(task.Cores - 1)];
        if (others.Length < task.Cores - 1)
            return false;
        foreach (var other in others)
            other.HeldFor = task;
        return true;
    }

    private void FreeHeld(HeldTask task)
    {
        if (task.Cores == 1)
            return;
        foreach (var other in _slots.Where(s => s.HeldFor == task))
            other.HeldFor = null;
    }

    private Place StartProcess(HeldTask task)
    {
        if (Array.Find(_slots, s => s is { IsFree: true, IsReserved: false }) is not { } slot || !TryHold(slot, task))
            return Place.NoSlot;
        _readyProcesses.RemoveFirst();
        task.State = HeldTaskState.Sent;
        slot.Task = task;
        if (task.Command is not null)
        {
            StartCommandIn(slot, task);
            return Place.Placed;
        }

        slot.TaskProcess = HostState.Starting;
        Do(new StartTaskProcess(slot.Number));
        return Place.Placed;
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
        var child = host.Role == HostRole.Child ? ChildOf(host) : null;
        var task = child is null ? slot.Task : child.Running;
        if (task is null || task.Call != call)
        {
            Do(new KillHost(host));
            return null;
        }

        task.Function.Measure(durationUs);
        if (child is not null)
        {
            child.RemoveFirstCall(_now);
            FreeHeld(task);
            child.ForkDelay.Reset();
            child.Library.Delay.Reset();
            if (child.Library.IsForOneCall && child.State == HostState.Up)
                child.State = HostState.Ending;
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
