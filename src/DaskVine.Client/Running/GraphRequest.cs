namespace DaskVine.Client;

/// <summary>Runs what is asked for somewhere, and brings the results.</summary>
public delegate Task<GraphResults> Scheduler(GraphRequest request, CancellationToken cancellation);

/// <summary>How the function calls of a graph run.</summary>
public enum TaskMode
{
    /// <summary>In warm processes that have the functions loaded.</summary>
    FunctionCalls,

    /// <summary>Python functions in a fresh interpreter each; .NET functions as before.</summary>
    Tasks,
}

/// <summary>How far a graph is, in tasks.</summary>
public readonly record struct GraphProgress(int Done, int Running, int Total);

/// <summary>What a <see cref="Scheduler"/> is asked for.</summary>
/// <param name="Graph">Not to be changed until the results are there.</param>
/// <param name="Wanted">Keys, or <see cref="Delayed{T}"/>.</param>
public sealed record GraphRequest(Graph Graph, IReadOnlyList<object> Wanted)
{
    /// <summary>Results stay with the workers until somebody needs them; false: each goes to the manager and from there to its consumers.</summary>
    public bool LazyTransfers { get; init; } = true;

    /// <summary>How function calls run.</summary>
    public TaskMode TaskMode { get; init; }

    /// <summary>What the library of the .NET functions takes of each worker; null for a slot per core.</summary>
    public LibraryResources? LibResources { get; init; }

    /// <summary>What sets that library up; null for nothing.</summary>
    public Context? LibContext { get; init; }

    /// <summary>Tasks of a higher one run first. Any sign.</summary>
    public double Priority { get; init; }

    /// <summary>How often a task is run again after it raised.</summary>
    public int Retries { get; init; }

    /// <summary>Names of the workers that may run the tasks; empty for all.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>Keys, or <see cref="Delayed{T}"/>, whose results go to the manager as soon as they are there.</summary>
    public IReadOnlyList<object> Checkpoints { get; init; } = [];

    /// <summary>A result is deleted when what reads it is done, so many levels of it; 0: when the graph ends.</summary>
    public int PruneDepth { get; init; } = 1;

    /// <summary>Hears how far the graph is.</summary>
    public IProgress<GraphProgress>? Progress { get; init; }
}
