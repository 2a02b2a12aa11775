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
}
