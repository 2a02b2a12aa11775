namespace DaskVine.WorkerState;

internal enum HostState
{
    /// <summary>There is no process.</summary>
    None,

    /// <summary>Asked for; has not said hello.</summary>
    Starting,

    Up,

    /// <summary>Told to end, or killed, and not gone yet.</summary>
    Ending,
}

/// <summary>Room for one running task: in the child of a library, or in a process of its own.</summary>
internal sealed class Slot(int number)
{
    public int Number { get; } = number;

    public HostId TaskId => HostId.Task(Number);

    /// <summary>The child that has calls: one of all that libraries have in this slot.</summary>
    public Child? Busy { get; set; }

    /// <summary>Memory that what it runs and has before it takes.</summary>
    public double ExpectedBytes => (Busy?.ExpectedBytes ?? 0) + (Task?.ExpectedBytes ?? 0);

    public HostState TaskProcess { get; set; }

    /// <summary>What the task process is for, until it has answered.</summary>
    public HeldTask? Task { get; set; }

    /// <summary>The task that runs in another slot and has this one as well.</summary>
    public HeldTask? HeldFor { get; set; }

    /// <summary>A call that others have passed waits for it. Only while calls are placed.</summary>
    public bool IsReserved { get; set; }

    /// <summary>Calls may be sent to a child of it, as far as the slot goes.</summary>
    public bool TakesCalls => TaskProcess == HostState.None && HeldFor is null;

    public bool IsFree => Busy is null && TakesCalls;

    public void CheckInvariants()
    {
        Invariant.Holds(TakesCalls || Busy is null, $"slot {Number} runs calls and a task process");
        Invariant.Holds(HeldFor is null || TaskProcess == HostState.None, $"slot {Number} is held for another and runs a task process");
        Invariant.Holds(Task is null || TaskProcess != HostState.None, $"slot {Number} has a task without process");
        Invariant.Holds(Task is null || Task.State == HeldTaskState.Sent, $"slot {Number} has a task that is not sent");
    }
}
