using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Where an assignment stands. WorkerCore.Tasks.cs has the table of what moves it.</summary>
internal enum HeldTaskState
{
    /// <summary>Some of its input files are not here.</summary>
    Waiting,

    /// <summary>Can run.</summary>
    Ready,

    /// <summary>With a host process, running or behind others.</summary>
    Sent,

    /// <summary>Has a report that was not acknowledged.</summary>
    Ended,

    /// <summary>Not ours any more; queues skip it.</summary>
    Gone,
}

/// <summary>One assignment.</summary>
internal sealed class HeldTask(Assign assign, long sequence, HeldFunction function)
{
    public Assign Assign { get; } = assign;

    /// <summary>Order of assignment.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>Measures the calls of its first function.</summary>
    public HeldFunction Function { get; } = function;

    public HeldTaskState State { get; set; }

    /// <summary>Input files that are not here, each as often as it is named.</summary>
    public int MissingFiles { get; set; }

    /// <summary>Whether the file table counts it as a user of its inputs.</summary>
    public bool UsesFiles { get; set; }

    /// <summary>Processes killed by a signal while they ran it.</summary>
    public int Crashes { get; set; }

    /// <summary>It was with a child that died, and it is not known which call was to blame: it runs with no other beside it.</summary>
    public bool Suspect { get; set; }

    /// <summary>Nobody wants its result; it is sent and could not be taken back.</summary>
    public bool Cancelled { get; set; }

    /// <summary>Number of its call while it is sent.</summary>
    public long Call { get; set; }

    /// <summary>What it adds to the load of its slot while it is sent.</summary>
    public double ExpectedUs { get; set; }

    /// <summary>The report, once ended.</summary>
    public Record? Report { get; set; }

    public TaskAttempt Attempt => new(Assign.Task, Assign.Attempt);
}
