using DaskVine.Protocol;
using DaskVine.Protocol.Host;

namespace DaskVine.WorkerState;

/// <content>
/// The processes that run tasks. A child of a library or task process goes None → Starting → Up → Ending → None; it may be gone from any of them.
/// While one is Ending its slot takes nothing new, so a slot never has two of a kind.
/// </content>
public sealed partial class WorkerCore
{
    private void OnChildUp(Child child)
    {
        Invariant.Holds(child.State is HostState.Starting or HostState.Ending, $"{child.Id} came up and was {child.State}");
        if (child.State == HostState.Ending)
            return;
        child.State = HostState.Up;
        child.NeverUp = 0;
        if (!child.Library.HasParent)
            child.Library.NeverUp = 0;
        SendModules(child.Id);
    }

    private void OnChildGone(Child child, int status, string log)
    {
        Invariant.Holds(child.State != HostState.None, $"{child.Id} ended and there was none");
        var (library, before) = (child.Library, child.State);
        var killed = before == HostState.Ending;
        var calls = child.Lose();
        // A child holds back results of short calls for a moment, so the one to blame may be any of several.
        if (calls.Length == 1 && !killed)
            ChargeDeath(calls[0], status, log);
        else
            RunAgain(calls, suspect: !killed);
        child.ForkAt = killed ? _now : _now + child.ForkDelay.Next();
        if (before == HostState.Starting && StartsInVain(child) is var starts && starts >= MostStarts(library))
            FailWaitingCalls(library, starts, ExitText.Ended(status), log);
        DropIfForgotten(library);
    }

    /// <summary>Counts processes that ended before they were up. A fork may fail for a while: each slot counts for itself, while no other is up.</summary>
    private static int StartsInVain(Child child)
    {
        var library = child.Library;
        if (!library.HasParent)
            return ++library.NeverUp;
        child.NeverUp++;
        return library.Id == 0 || Array.Exists(library.Children, other => other.State == HostState.Up) ? 0 : child.NeverUp;
    }

    private void OnTaskProcessUp(Slot slot)
    {
        Invariant.Holds(
            slot.TaskProcess is HostState.Starting or HostState.Ending,
            $"the task process of slot {slot.Number} came up and was {slot.TaskProcess}");
        if (slot.TaskProcess == HostState.Ending)
            return;
        slot.TaskProcess = HostState.Up;
        SendModules(slot.TaskId);
        SendCallTo(slot.TaskId, slot.Task!, sent: null, alone: true);
    }

    private void OnTaskProcessGone(Slot slot, int status, string log)
    {
        Invariant.Holds(slot.TaskProcess != HostState.None, $"the task process of slot {slot.Number} ended and there was none");
        slot.TaskProcess = HostState.None;
        if (slot.Task is not { } task)
            return;
        slot.Task = null;
        ChargeDeath(task, status, log);
    }

    private void OnTaskProcessNotStarted(Slot slot, string reason)
    {
        Invariant.Holds(slot.TaskProcess != HostState.None, $"the task process of slot {slot.Number} was not started, and nobody wanted one");
        slot.TaskProcess = HostState.None;
        if (slot.Task is not { } task)
            return;
        slot.Task = null;
        if (task.Cancelled || ++task.Crashes < _options.CrashLimit)
            RunAgain(task);
        else
            Fail(task, Failure.Of(FailureKind.Died, $"no process could be started for it, {task.Crashes} times in {task.Crashes} tries: {reason}"));
    }

    /// <summary>The process ended while it ran this task: an exit is the task's doing, a signal may be another's.</summary>
    private void ChargeDeath(HeldTask task, int status, string log)
    {
        FreeHeld(task);
        if (status == -BusError)
            CheckInputs(task, () => Charge(task, status, log));
        else
            Charge(task, status, log);
    }

    private void Charge(HeldTask task, int status, string log)
    {
        task.Crashes++;
        if (task.Cancelled || (status < 0 && task.Crashes < _options.CrashLimit))
        {
            RunAgain(task);
            return;
        }

        DropOutputOf(task);
        var wrote = log.Length == 0 ? "" : $"; it wrote last:\n{log}";
        Fail(task, status < 0
            ? Failure.Of(FailureKind.Lost, $"the process that ran it {ExitText.Ended(status)}, {task.Crashes} times in {task.Crashes} runs{wrote}")
            : Failure.Of(FailureKind.Died, $"the process that ran it {ExitText.Ended(status)}{wrote}"));
    }

    private void RunAgain(HeldTask[] tasks, bool suspect)
    {
        foreach (var task in tasks)
        {
            task.Suspect |= suspect;
            RunAgain(task);
        }
    }

    /// <summary>Back to its place in the queue, or nowhere when nobody wants it.</summary>
    private void RunAgain(HeldTask task)
    {
        FreeHeld(task);
        DropOutputOf(task);
        if (task.Cancelled)
            Forget(task);
        else
            MakeReady(task);
    }

    private void DropOutputOf(HeldTask task)
    {
        if (task.Call > 0)
        {
            var others = task.Command is null ? 0 : task.Assign.Outputs.Count;
            for (var i = 0; i <= others; i++)
                Do(new DropOutput(task.Call + i));
        }

        task.Call = 0;
    }

    private TimeSpan? KillTime(Child child) => child.State == HostState.Up && child.Running is { Cancelled: true }
        ? child.RunningSince + _options.CancelGrace
        : null;

    /// <summary>Most cancelled calls end by themselves sooner than a child is forked; the others end with their child.</summary>
    private void KillOverdue()
    {
        foreach (var slot in _slots)
        {
            if (slot.Busy is { } child && KillTime(child) <= _now)
                KillChild(child);
        }
    }

    private void KillChild(Child child)
    {
        if (child.Library.IsThreads)
            EndThreads(child.Library);
        child.State = HostState.Ending;
        Do(new KillHost(child.Id));
    }

    // Their process is about to be killed.
    private static void EndThreads(Library library)
    {
        library.State = HostState.Ending;
        library.Asked.Clear();
        foreach (var child in library.Children)
        {
            if (child.State != HostState.None)
                child.State = HostState.Ending;
        }
    }

    private void KillTaskProcessOf(HeldTask task)
    {
        if (task.Assign.Mode == TaskMode.FunctionCalls)
            return;
        var slot = Array.Find(_slots, s => s.Task == task) ?? throw new InvalidOperationException($"{task.Attempt} is sent and in no slot");
        KillTaskProcess(slot);
    }

    private void KillTaskProcess(Slot slot)
    {
        slot.TaskProcess = HostState.Ending;
        Do(slot.Task is { Command: not null } command ? new KillCommand(command.Call) : new KillHost(slot.TaskId));
    }

    /// <summary>
    /// Ends what runs. The worker's own library stays with its idle children, unless it was given modules: the numbers of their functions are forgotten,
    /// and they are sent new ones. The other libraries go with the functions that they are.
    /// </summary>
    private void EndWork()
    {
        foreach (var slot in _slots)
        {
            if (slot.Task is not null && slot.TaskProcess != HostState.Ending)
                KillTaskProcess(slot);
        }

        foreach (var child in OwnLibrary.Children)
        {
            if (child.Running is not null && child.State == HostState.Up)
                KillChild(child);
            child.Functions.Clear();
        }

        if (_modules.Count > 0 && OwnLibrary.State is HostState.Starting or HostState.Up)
            End(OwnLibrary);

        foreach (var library in _libraries)
        {
            library.Loads.Clear();
            library.HasHeavy = false;
        }

        foreach (var library in _librariesByNumber.Values.ToArray())
            Forget(library);
    }
}
