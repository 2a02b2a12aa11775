using DaskVine.Protocol.Libraries;

namespace DaskVine.Scheduling.Model;

/// <summary>A library of which a worker runs few calls beside each other, however many cores it has.</summary>
/// <param name="function">Its code is the spec.</param>
/// <param name="spec">How many calls, and what each takes.</param>
/// <param name="options">How much more a worker is sent.</param>
internal sealed class VineLibrary(VineFunction function, LibrarySpec spec, SchedulerOptions options)
{
    /// <summary>Tells it from others.</summary>
    public int Number => function.Number;

    /// <summary>Cores that each of its calls takes.</summary>
    public int CoresPerCall => spec.CoresPerCall;

    /// <summary>How many of its calls a worker runs beside each other.</summary>
    public int SlotsAt(VineWorker worker) => spec.CallsAtOnce(worker.Cores);

    /// <summary>The pool of all workers with enough cores for it, while there are demands for them.</summary>
    public WorkerPool? Pool { get; set; }

    /// <summary>All and only the workers where calls of it wait for its slots.</summary>
    public HashSet<LibraryCalls> Crowded { get; } = [];

    /// <summary>Whether a worker may be sent another call of it.</summary>
    public bool HasRoomAt(VineWorker worker) => CallsAt(worker)?.HasRoom != false;

    /// <summary>Whether another call of it would find one of its slots free.</summary>
    public bool HasFreeSlotAt(VineWorker worker) => CallsAt(worker)?.HasFreeSlot != false;

    /// <summary>How long another call of it would wait for its slots, in microseconds.</summary>
    public long WaitUsAt(VineWorker worker) => CallsAt(worker) is { HasFreeSlot: false } calls ? calls.UsPerCore : 0;

    /// <summary>An account of its calls at a worker.</summary>
    public LibraryCalls Open(VineWorker worker) =>
        new(worker, SlotsAt(worker), CoresPerCall, options.BacklogUs, options.BacklogTasks);

    private LibraryCalls? CallsAt(VineWorker worker) => worker.Libraries.GetValueOrDefault(this);
}
