namespace DaskVine.Client;

/// <summary>A node of a graph that is its own key.</summary>
internal interface IDelayed
{
    /// <summary>What computes it: a call, or any other value.</summary>
    object? Computation { get; }
}

/// <summary>A value that is computed by workers when it is asked for: a call whose arguments may be delayed themselves.</summary>
/// <typeparam name="T">What it is read as.</typeparam>
public sealed partial class Delayed<T> : IDelayed
{
    internal Delayed(object? computation) => Computation = computation;

    /// <inheritdoc/>
    object? IDelayed.Computation => Computation;

    /// <summary>For expressions, <c>Delayed.Call(() => Kernels.Fill(chunk.Value, axis))</c>, where it marks what is delayed.</summary>
    /// <exception cref="InvalidOperationException">Always, as there is no value in this process before it is computed.</exception>
    public T Value => throw new InvalidOperationException(
        "a delayed value is not here: use .Value inside Delayed.Call(() => …), and .Compute(scheduler: vine.Get) to have it");

    internal object? Computation { get; }

    /// <summary>The same call, of which something else is asked than of others of its graph. A value stays as it is.</summary>
    public Delayed<T> With(TaskWishes wishes) => Computation is Call call ? new Delayed<T>(call.WithOptions(wishes)) : this;

    /// <summary>The same call, of which something else is asked than of others of its graph. A value stays as it is.</summary>
    /// <param name="priority">Tasks of a higher one run first; null for that of the graph, as for those below.</param>
    /// <param name="retries">How often it is run again after it raised.</param>
    /// <param name="workers">Names of the workers that may run it; empty for all.</param>
    /// <param name="allowOtherWorkers">Others may run it when none of these has room.</param>
    /// <param name="resources">What it takes of its worker's resources, by name.</param>
    /// <param name="checkpoint">Its result goes to the manager as soon as it is there, so that no worker's loss loses it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below zero.</exception>
    public Delayed<T> With(
        double? priority = null, int? retries = null, IReadOnlyList<string>? workers = null, bool allowOtherWorkers = false,
        IReadOnlyDictionary<string, double>? resources = null, bool checkpoint = false) =>
        With(new TaskWishes(priority, retries, workers, allowOtherWorkers, resources, checkpoint));
}
