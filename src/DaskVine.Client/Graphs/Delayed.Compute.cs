namespace DaskVine.Client;

/// <content>Computing it. Several at once: <c>new Graph().Compute(new object[] { a, b }, scheduler: vine.Get)</c>.</content>
public sealed partial class Delayed<T>
{
    /// <summary>Computes the value and all that it needs.</summary>
    /// <param name="scheduler">Where: <see cref="Vine.Get"/>.</param>
    /// <param name="lazyTransfers">Results stay with the workers until somebody needs them; false: each goes by the manager.</param>
    /// <param name="taskMode">How Python functions run.</param>
    /// <param name="libResources">What the library of the .NET functions takes of each worker; null for a slot per core.</param>
    /// <param name="libContext">What sets that library up, once per worker.</param>
    /// <param name="priority">Tasks of a higher one run first. Any sign.</param>
    /// <param name="retries">How often a task is run again after it raised.</param>
    /// <param name="workers">Names of the workers that may run the tasks; null for all.</param>
    /// <param name="checkpoints">Keys, or Delayed, whose results go to the manager as soon as they are there, so that no worker's loss loses them.</param>
    /// <param name="pruneDepth">
    /// A result is deleted when all that read it are done; with 2 when all that read those are, and so on; with 0 when the graph ends.
    /// </param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellation">Cancels the graph at the manager too.</param>
    /// <exception cref="GraphException">The graph cannot run, or a result is none of that type.</exception>
    /// <exception cref="RemoteException">A task has failed.</exception>
    /// <exception cref="ManagerLostException">The manager is gone.</exception>
    public Task<T> ComputeAsync(
        Scheduler scheduler, bool lazyTransfers = true, TaskMode taskMode = TaskMode.FunctionCalls,
        LibraryResources? libResources = null, Context? libContext = null, double priority = 0, int retries = 0, IReadOnlyList<string>? workers = null,
        IReadOnlyList<object>? checkpoints = null, int pruneDepth = 1,
        IProgress<GraphProgress>? progress = null, CancellationToken cancellation = default) =>
        new Graph().ComputeAsync<T>(
            this, scheduler, lazyTransfers, taskMode, libResources, libContext, priority, retries, workers, checkpoints, pruneDepth,
            progress, cancellation);

    /// <inheritdoc cref="ComputeAsync"/>
    public T Compute(
        Scheduler scheduler, bool lazyTransfers = true, TaskMode taskMode = TaskMode.FunctionCalls,
        LibraryResources? libResources = null, Context? libContext = null, double priority = 0, int retries = 0, IReadOnlyList<string>? workers = null,
        IReadOnlyList<object>? checkpoints = null, int pruneDepth = 1,
        IProgress<GraphProgress>? progress = null, CancellationToken cancellation = default) =>
        ComputeAsync(
            scheduler, lazyTransfers, taskMode, libResources, libContext, priority, retries, workers, checkpoints, pruneDepth,
            progress, cancellation).GetAwaiter().GetResult();
}
