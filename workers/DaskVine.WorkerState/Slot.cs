using DaskVine.Protocol.Host;

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

/// <summary>Room for one running task: in the slot's child of the library, or in a process of its own.</summary>
internal sealed class Slot(int number, RestartDelay forkDelay)
{
    // Calls that the child was sent and has not answered, in the order in which it runs them. The first one runs.
    private readonly Queue<HeldTask> _calls = new();
    private double _callBytes;

    public int Number { get; } = number;

    public HostId ChildId => HostId.Child(Number);

    public HostId TaskId => HostId.Task(Number);

    /// <summary>How long to wait after children that got nothing done.</summary>
    public RestartDelay ForkDelay { get; } = forkDelay;

    public HostState Child { get; set; }

    /// <summary>When to fork, while there is no child.</summary>
    public TimeSpan ForkAt { get; set; }

    // Numbers of the functions that the child was sent; empty while there is none.
    public HashSet<int> Functions { get; } = [];

    public IReadOnlyCollection<HeldTask> Calls => _calls;

    public HeldTask? Running => _calls.TryPeek(out var task) ? task : null;

    /// <summary>Since when the first call is the first.</summary>
    public TimeSpan RunningSince { get; private set; }

    /// <summary>Expected duration of the calls that the child has.</summary>
    public double ExpectedUs { get; private set; }

    /// <summary>Memory that what it runs and has before it takes.</summary>
    public double ExpectedBytes => _callBytes + (Task?.ExpectedBytes ?? 0);

    public HostState TaskProcess { get; set; }

    /// <summary>What the task process is for, until it has answered.</summary>
    public HeldTask? Task { get; set; }

    public bool IsFree => _calls.Count == 0 && TaskProcess == HostState.None;

    public HeldTask? RunningIn(HostRole role) => role == HostRole.Child ? Running : Task;

    public void AddCall(HeldTask task, TimeSpan now)
    {
        if (_calls.Count == 0)
            RunningSince = now;
        ExpectedUs += task.ExpectedUs;
        _callBytes += task.ExpectedBytes;
        _calls.Enqueue(task);
    }

    public void RemoveFirstCall(TimeSpan now)
    {
        var first = _calls.Dequeue();
        ExpectedUs -= first.ExpectedUs;
        _callBytes -= first.ExpectedBytes;
        // Sums of fractions drift; an idle child is no load at all.
        if (_calls.Count == 0)
            (ExpectedUs, _callBytes) = (0, 0);
        RunningSince = now;
    }

    /// <summary>The child is gone: returns its calls, the one that was running first.</summary>
    public HeldTask[] LoseChild()
    {
        HeldTask[] calls = [.. _calls];
        _calls.Clear();
        (ExpectedUs, _callBytes) = (0, 0);
        Functions.Clear();
        Child = HostState.None;
        return calls;
    }

    public void CheckInvariants()
    {
        Invariant.Holds(_calls.All(t => t.State == HeldTaskState.Sent), $"slot {Number} has calls that are not sent");
        Invariant.Holds(Child is HostState.Up or HostState.Ending || _calls.Count == 0, $"slot {Number} has calls and no child");
        Invariant.Holds(Child is HostState.Up or HostState.Ending || Functions.Count == 0, $"slot {Number} has functions and no child");
        Invariant.Holds(TaskProcess == HostState.None || _calls.Count == 0, $"slot {Number} runs calls and a task process");
        Invariant.Holds(Task is null || TaskProcess != HostState.None, $"slot {Number} has a task without process");
        Invariant.Holds(Task is null || Task.State == HeldTaskState.Sent, $"slot {Number} has a task that is not sent");
        Invariant.Holds(Math.Abs(_callBytes - _calls.Sum(t => t.ExpectedBytes)) < 1, $"slot {Number} miscounts its memory");
        Invariant.Holds(Math.Abs(ExpectedUs - _calls.Sum(t => t.ExpectedUs)) < 1, $"slot {Number} miscounts its load");
    }
}
