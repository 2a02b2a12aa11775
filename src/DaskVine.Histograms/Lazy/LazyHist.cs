using DaskVine.Arrow;
using DaskVine.Client;

namespace DaskVine.Histograms;

/// <summary>
/// A histogram that workers are to fill: a task for each partition, and tasks that add up what those have filled, so that only the sum comes
/// back.
/// </summary>
public sealed class LazyHist
{
    private readonly IReadOnlyList<Delayed<ArrowTable>> _parts;
    private readonly Hist? _start;

    /// <param name="parts">The task of each partition.</param>
    /// <param name="start">What was filled before; null for nothing.</param>
    internal LazyHist(IEnumerable<Delayed<ArrowTable>> parts, Hist? start = null)
    {
        _parts = [.. parts];
        _start = start;
    }

    /// <summary>Computes it.</summary>
    /// <inheritdoc cref="Delayed{T}.ComputeAsync"/>
    public async Task<Hist> ComputeAsync(
        Scheduler scheduler, bool lazyTransfers = true, TaskMode taskMode = TaskMode.FunctionCalls, LibraryResources? libResources = null,
        Context? libContext = null, double priority = 0, int retries = 0, IReadOnlyList<string>? workers = null,
        IProgress<GraphProgress>? progress = null, CancellationToken cancellation = default)
    {
        var table = await ToDelayed().ComputeAsync(
            scheduler, lazyTransfers, taskMode, libResources, libContext, priority, retries, workers,
            progress: progress, cancellation: cancellation).ConfigureAwait(false);
        return Filled(table);
    }

    /// <summary>Computes it, and waits.</summary>
    /// <inheritdoc cref="Delayed{T}.ComputeAsync"/>
    public Hist Compute(
        Scheduler scheduler, bool lazyTransfers = true, TaskMode taskMode = TaskMode.FunctionCalls, LibraryResources? libResources = null,
        Context? libContext = null, double priority = 0, int retries = 0, IReadOnlyList<string>? workers = null,
        IProgress<GraphProgress>? progress = null, CancellationToken cancellation = default) => ComputeAsync(
            scheduler, lazyTransfers, taskMode, libResources, libContext, priority, retries, workers, progress, cancellation).GetAwaiter().GetResult();

    /// <summary>Computes several in one graph.</summary>
    /// <param name="hists">Which; of the same files or others.</param>
    /// <returns>The histograms, in that order.</returns>
    /// <inheritdoc cref="Delayed{T}.ComputeAsync"/>
    public static async Task<IReadOnlyList<Hist>> ComputeAllAsync(
        IEnumerable<LazyHist> hists, Scheduler scheduler, bool lazyTransfers = true, TaskMode taskMode = TaskMode.FunctionCalls,
        LibraryResources? libResources = null, Context? libContext = null, double priority = 0, int retries = 0,
        IReadOnlyList<string>? workers = null, IProgress<GraphProgress>? progress = null, CancellationToken cancellation = default)
    {
        var wanted = hists.Select(hist => (Hist: hist, Table: hist.ToDelayed())).ToList();
        var results = await new Graph().ComputeAsync(
            wanted.ConvertAll(pair => pair.Table), scheduler, lazyTransfers, taskMode, libResources, libContext, priority, retries, workers,
            progress: progress, cancellation: cancellation).ConfigureAwait(false);
        return wanted.ConvertAll(pair => pair.Hist.Filled(results.Get<ArrowTable>(pair.Table)));
    }

    /// <summary>It as a part of a greater graph: its value is the table of <see cref="Hist.ToArrow"/>, without what was filled before.</summary>
    public Delayed<ArrowTable> ToDelayed() => EventTasks.Sum(_parts);

    private Hist Filled(ArrowTable table)
    {
        var filled = Hist.FromArrow(table);
        return _start is null ? filled : _start.Copy().Add(filled);
    }
}
