using DaskVine.Protocol.Host;

namespace DaskVine.WorkerState;

/// <summary>The process that runs the calls of one library in one slot, or room for it.</summary>
internal sealed class Child(Library library, Slot slot, RestartDelay forkDelay)
{
    // Calls that it was sent and has not answered, in the order in which it runs them. The first one runs.
    private readonly Queue<HeldTask> _calls = new();

    public Library Library { get; } = library;

    public Slot Slot { get; } = slot;

    public HostId Id => new(Slot.Number, HostRole.Child, Library.Id);

    public HostState State { get; set; }

    /// <summary>Processes in a row that ended before they were up.</summary>
    public int NeverUp { get; set; }

    /// <summary>How long to wait after processes that got nothing done.</summary>
    public RestartDelay ForkDelay { get; } = forkDelay;

    /// <summary>When to fork, while there is no process.</summary>
    public TimeSpan ForkAt { get; set; }

    // Numbers of the functions that it was sent, or has from its library; empty while there is no process.
    public HashSet<int> Functions { get; } = [];

    public IReadOnlyCollection<HeldTask> Calls => _calls;

    public HeldTask? Running => _calls.TryPeek(out var task) ? task : null;

    /// <summary>Since when the first call is the first.</summary>
    public TimeSpan RunningSince { get; private set; }

    /// <summary>Expected duration of the calls that it has.</summary>
    public double ExpectedUs { get; private set; }

    /// <summary>Memory that they take.</summary>
    public double ExpectedBytes { get; private set; }

    public void AddCall(HeldTask task, TimeSpan now)
    {
        if (_calls.Count == 0)
        {
            RunningSince = now;
            Slot.Busy = this;
        }

        ExpectedUs += task.ExpectedUs;
        ExpectedBytes += task.ExpectedBytes;
        _calls.Enqueue(task);
    }

    public void RemoveFirstCall(TimeSpan now)
    {
        var first = _calls.Dequeue();
        ExpectedUs -= first.ExpectedUs;
        ExpectedBytes -= first.ExpectedBytes;
        RunningSince = now;
        if (_calls.Count == 0)
            Idle();
    }

    /// <summary>The process is gone: returns its calls, the one that was running first.</summary>
    public HeldTask[] Lose()
    {
        HeldTask[] calls = [.. _calls];
        _calls.Clear();
        if (Slot.Busy == this)
            Idle();
        Functions.Clear();
        State = HostState.None;
        return calls;
    }

    public void CheckInvariants()
    {
        Invariant.Holds(_calls.All(t => t.State == HeldTaskState.Sent), $"{Id} has calls that are not sent");
        Invariant.Holds(_calls.All(t => t.Library == Library), $"{Id} has calls of another library");
        Invariant.Holds(State is HostState.Up or HostState.Ending || _calls.Count == 0, $"{Id} has calls and no process");
        Invariant.Holds(State != HostState.None || Functions.Count == 0, $"{Id} has functions and no process");
        Invariant.Holds((Slot.Busy == this) == (_calls.Count > 0), $"{Id} and its slot disagree on who is busy");
        Invariant.Holds(Math.Abs(ExpectedBytes - _calls.Sum(t => t.ExpectedBytes)) < 1, $"{Id} miscounts its memory");
        Invariant.Holds(Math.Abs(ExpectedUs - _calls.Sum(t => t.ExpectedUs)) < 1, $"{Id} miscounts its load");
    }

    // Sums of fractions drift; an idle child is no load at all.
    private void Idle()
    {
        (ExpectedUs, ExpectedBytes) = (0, 0);
        Slot.Busy = null;
    }
}
