using DaskVine.Protocol;
using DaskVine.Protocol.Host;

namespace DaskVine.WorkerState;

/// <content>
/// The processes that run tasks. A child or task process goes None → Starting → Up → Ending → None; it may be gone from any of them.
/// While one is Ending its slot takes nothing new, so a slot never has two of a kind.
/// </content>
public sealed partial class WorkerCore
{
    private readonly RestartDelay _libraryDelay;
    private HostState _library = HostState.None;
    private TimeSpan _libraryAt;
    private int _librariesNeverUp;

    private void StartProcesses()
    {
        if (_library == HostState.None && _now >= _libraryAt)
        {
            _library = HostState.Starting;
            Do(new StartLibrary());
        }

        if (_library != HostState.Up)
            return;
        foreach (var slot in _slots)
        {
            if (slot.Child != HostState.None || _now < slot.ForkAt)
                continue;
            slot.Child = HostState.Starting;
            Do(new ForkChild(slot.Number));
        }
    }

    private void OnLibraryUp(IReadOnlyDictionary<string, string>? versions)
    {
        Invariant.Holds(_library == HostState.Starting, $"the library came up and was {_library}");
        _library = HostState.Up;
        _librariesNeverUp = 0;
        TellVersions(versions);
    }

    private void OnLibraryGone(int status, string log)
    {
        Invariant.Holds(_library != HostState.None, "the library ended and there was none");
        _librariesNeverUp = _library == HostState.Starting ? _librariesNeverUp + 1 : 0;
        _library = HostState.None;
        _libraryAt = _now + _libraryDelay.Next();
        foreach (var slot in _slots)
        {
            RunAgain(slot.LoseChild(), suspect: false);
            slot.ForkAt = _now;
        }

        if (_librariesNeverUp >= _options.LibraryFailureLimit)
            FailWaitingCalls(status, log);
    }

    private void FailWaitingCalls(int status, string log)
    {
        var message = $"the worker's library process {ExitText.Ended(status)} before it was ready, {_librariesNeverUp} times in a row";
        var failure = new Failure(FailureKind.Died, message, log, null);
        foreach (var task in _tasks.Values.Where(t => t.Assign.Mode == TaskMode.FunctionCalls).ToArray())
        {
            if (task.State == HeldTaskState.Ended)
                continue;
            task.MissingFiles = 0;
            Fail(task, failure);
        }
    }

    private void OnChildUp(Slot slot)
    {
        Invariant.Holds(slot.Child == HostState.Starting, $"the child of slot {slot.Number} came up and was {slot.Child}");
        slot.Child = HostState.Up;
        SendModules(slot.ChildId);
    }

    private void OnChildGone(Slot slot, int status, string log)
    {
        Invariant.Holds(slot.Child != HostState.None, $"the child of slot {slot.Number} ended and there was none");
        var killed = slot.Child == HostState.Ending;
        var calls = slot.LoseChild();
        // A child holds back results of short calls for a moment, so the one to blame may be any of several.
        if (calls.Length == 1 && !killed)
            ChargeDeath(calls[0], status, log);
        else
            RunAgain(calls, suspect: !killed);
        slot.ForkAt = killed ? _now : _now + slot.ForkDelay.Next();
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

    /// <summary>The process ended while it ran this task: an exit is the task's doing, a signal may be another's.</summary>
    private void ChargeDeath(HeldTask task, int status, string log)
    {
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

    private TimeSpan? KillTime(Slot slot) => slot.Child == HostState.Up && slot.Running is { Cancelled: true }
        ? slot.RunningSince + _options.CancelGrace
        : null;

    /// <summary>Most cancelled calls end by themselves sooner than a child is forked; the others end with their child.</summary>
    private void KillOverdue()
    {
        foreach (var slot in _slots)
        {
            if (KillTime(slot) <= _now)
                KillChild(slot);
        }
    }

    private void KillChild(Slot slot)
    {
        slot.Child = HostState.Ending;
        Do(new KillHost(slot.ChildId));
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
    /// Ends what runs in a slot. An idle child stays, unless it was given modules: the numbers of its functions are forgotten, and it is
    /// sent new ones.
    /// </summary>
    private void EndWork(Slot slot)
    {
        if (slot.Task is not null && slot.TaskProcess != HostState.Ending)
            KillTaskProcess(slot);
        if ((slot.Running is not null || _modules.Count > 0) && slot.Child == HostState.Up)
            KillChild(slot);
        slot.Functions.Clear();
    }
}
