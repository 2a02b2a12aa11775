using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Where an assignment stands. WorkerCore.Tasks.cs has the table of what moves it.</summary>
internal enum HeldTaskState
{
    /// <summary>Some of its input files are not here.</summary>
    Waiting,

    /// <summary>Its library has not loaded all of its functions.</summary>
    Loading,

    /// <summary>Can run.</summary>
    Ready,

    /// <summary>With a host process, running or behind others.</summary>
    Sent,

    /// <summary>It failed in a way that a damaged file explains, and its files are looked at.</summary>
    Checked,

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

    /// <summary>What runs it when it is a function call.</summary>
    public Library? Library { get; set; }

    /// <summary>What its body says when it is a command.</summary>
    public CommandSpec? Command { get; set; }

    /// <summary>Of a command that is sent and has outputs that are watched.</summary>
    public Following? Following { get; set; }

    /// <summary>Slots that it takes.</summary>
    public int Cores => Library?.CoresPerCall ?? Math.Max(1, Command?.Cores ?? 1);

    /// <summary>What it is for when it is no task of a graph, but makes a file here.</summary>
    public MakeFile? Make { get; set; }

    /// <summary>Input files that are not here, each as often as it is named.</summary>
    public int MissingFiles { get; set; }

    /// <summary>Whether the file table counts it as a user of its inputs.</summary>
    public bool UsesFiles { get; set; }

    /// <summary>Processes killed by a signal while they ran it.</summary>
    public int Crashes { get; set; }

    /// <summary>Ends of its library while it ran.</summary>
    public int LibraryEnds { get; set; }

    /// <summary>It was with a child that died, and it is not known which call was to blame: it runs with no other beside it.</summary>
    public bool Suspect { get; set; }

    /// <summary>Nobody wants its result; it is sent and could not be taken back.</summary>
    public bool Cancelled { get; set; }

    /// <summary>What is to become of it when its files are as they were; only while it is checked.</summary>
    public Action? Otherwise { get; set; }

    /// <summary>Number of its call while it is sent.</summary>
    public long Call { get; set; }

    /// <summary>What it adds to the load of its slot while it is sent.</summary>
    public double ExpectedUs { get; set; }

    /// <summary>Memory that it takes, as far as that is known: its inputs, and a result of the usual size.</summary>
    public double ExpectedBytes { get; set; }

    /// <summary>Of its input files together.</summary>
    public long InputBytes { get; } = assign.Inputs.Count == 0 ? 0 : assign.Inputs.Sum(input => input.Value is null ? input.Size : 0);

    /// <summary>The report, once ended.</summary>
    public Record? Report { get; set; }

    public TaskAttempt Attempt => new(Assign.Task, Assign.Attempt);
}
