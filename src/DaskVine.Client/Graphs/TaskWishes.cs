namespace DaskVine.Client;

/// <summary>What is asked for single tasks of a graph, in the place of what Compute is told for all: <c>call.WithOptions(new(priority: 2))</c>.</summary>
public sealed record TaskWishes
{
    /// <param name="priority">Tasks of a higher one run first; null for that of the graph, as for those below.</param>
    /// <param name="retries">How often it is run again after it raised.</param>
    /// <param name="workers">Names of the workers that may run it; empty for all.</param>
    /// <param name="allowOtherWorkers">Others may run it when none of these has room.</param>
    /// <param name="resources">What it takes of its worker's resources, by name: <c>daskvine worker --resources gpus=2</c>.</param>
    /// <param name="checkpoint">Its result goes to the manager as soon as it is there, so that no worker's loss loses it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below zero.</exception>
    public TaskWishes(
        double? priority = null, int? retries = null, IReadOnlyList<string>? workers = null, bool allowOtherWorkers = false,
        IReadOnlyDictionary<string, double>? resources = null, bool checkpoint = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retries ?? 0, nameof(retries));
        foreach (var amount in resources?.Values ?? [])
            ArgumentOutOfRangeException.ThrowIfNegative(amount, nameof(resources));
        (Priority, Retries, Workers, AllowOtherWorkers) = (priority, retries, workers, allowOtherWorkers);
        (Resources, Checkpoint) = (resources ?? new Dictionary<string, double>(), checkpoint);
    }

    /// <summary>Tasks of a higher one run first.</summary>
    public double? Priority { get; }

    /// <summary>How often it is run again after it raised.</summary>
    public int? Retries { get; }

    /// <summary>Names of the workers that may run it.</summary>
    public IReadOnlyList<string>? Workers { get; }

    /// <summary>Others may run it when none of these has room.</summary>
    public bool AllowOtherWorkers { get; }

    /// <summary>What it takes of its worker's resources, by name.</summary>
    public IReadOnlyDictionary<string, double> Resources { get; }

    /// <summary>Its result goes to the manager as soon as it is there.</summary>
    public bool Checkpoint { get; }
}
