using DaskVine.Protocol;

namespace DaskVine.Scheduling.Model;

/// <summary>Where a task is. The table of states and events is in ARCHITECTURE.md.</summary>
internal enum VineTaskState
{
    /// <summary>Some inputs are not available.</summary>
    Waiting,

    /// <summary>All inputs are available; in a ready queue: the common one or its demand's.</summary>
    Ready,

    /// <summary>At a worker, in its <see cref="VineWorker.Assigned"/>.</summary>
    Assigned,

    /// <summary>It gave its result. The result may have been released since.</summary>
    Done,

    /// <summary>Its graph is gone.</summary>
    Dropped,
}

/// <summary>One task of a graph.</summary>
internal sealed class VineTask(
    TaskId id, VineFile output, VineFunction[] functions, ReadOnlyMemory<byte> body, VineFile[] inputs, string key, VineTaskOptions options)
{
    private static readonly VineFile[] s_none = [];

    public TaskId Id { get; } = id;

    /// <summary>Its value; of a command, the report about it.</summary>
    public VineFile Output { get; } = output;

    public VineGraph Graph => Output.Graph;

    /// <summary>The first is called, the others are among its arguments. Empty: an expression.</summary>
    public VineFunction[] Functions { get; private set; } = functions;

    public ReadOnlyMemory<byte> Body { get; private set; } = body;

    /// <summary>What has to be available before it runs: what its body names, then what those are made from at its worker.</summary>
    public VineFile[] Inputs { get; } = inputs;

    /// <summary>How many of <see cref="Inputs"/> its body names; they come first.</summary>
    public int NamedInputs { get; init; } = inputs.Length;

    /// <summary>Files that a command makes beside its report.</summary>
    public VineFile[] Outputs { get; init; } = s_none;

    public TaskMode Mode { get; init; }

    /// <summary>Its value is for other runtimes than its own too.</summary>
    public bool Neutral { get; init; }

    /// <summary>For people.</summary>
    public string Key { get; } = key;

    public VineTaskOptions Options { get; } = options;

    /// <summary>Of one that asks for more than a slot of any worker.</summary>
    public TaskNeeds? Needs { get; init; }

    /// <summary>Slots that it takes of its worker.</summary>
    public int Cores => Needs?.Cores ?? LimitedBy?.CoresPerCall ?? 1;

    /// <summary>The library whose few slots it waits for at its worker, if any.</summary>
    public VineLibrary? LimitedBy => Options.LimitedBy;

    /// <summary>That of its options; of a task with needs one of its own, which it uses from when it is ready until it is done.</summary>
    public Demand? Demand { get; set; } = options.Demand;

    public VineTaskState State { get; set; }

    /// <summary>How many of <see cref="Inputs"/> are not available; greater than zero exactly when waiting.</summary>
    public int MissingInputs { get; set; }

    /// <summary>Set exactly when assigned.</summary>
    public VineWorker? Worker { get; set; }

    /// <summary>Number of the last assignment; 0 before the first.</summary>
    public int Attempt { get; set; }

    /// <summary>What its worker's load was raised by.</summary>
    public long LoadUs { get; set; }

    /// <summary>Bytes of its result that its worker was expected to keep when it was assigned.</summary>
    public long ExpectedBytes { get; set; }

    /// <summary>How often it gave its result.</summary>
    public int TimesDone { get; set; }

    /// <summary>What it holds while it is assigned, if its demand names anything to hold.</summary>
    public Claim? Claim { get; set; }

    /// <summary>How often it raised.</summary>
    public int Raised { get; set; }

    /// <summary>How often it was running on a worker that died.</summary>
    public int Crashes { get; set; }

    /// <summary>Its client was told that it has started.</summary>
    public bool StartTold { get; set; }

    /// <summary>Its client was told that it has ended.</summary>
    public bool EndTold { get; set; }

    /// <summary>An entry for it is in its ready queue, possibly an old one.</summary>
    public bool Queued { get; set; }

    /// <summary>Through how many levels all that follows it is done; 0 when it is done itself, below when it is not.</summary>
    public int SettledDepth { get; set; } = -1;

    /// <summary>Where a task went last whose result it needs together with others', or theirs: the next such task should go there too.</summary>
    public VineWorker? Home { get; set; }

    /// <summary>It is done and is never run again; what it would run from is gone.</summary>
    public bool IsOver { get; private set; }

    /// <summary>It makes again what was lost, so others wait for it already.</summary>
    public bool Recovering { get; set; }

    /// <summary>Neighbours in <see cref="VineWorker.Assigned"/>.</summary>
    public VineTask? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public VineTask? Next { get; set; }

    /// <summary>Nothing can need it again.</summary>
    public void LetGo() => (IsOver, Functions, Body) = (true, [], default);
}
