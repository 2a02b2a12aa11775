namespace DaskVine.Client;

/// <summary>A node of a graph in the order in which it is sent.</summary>
/// <param name="Key">A normal key, or an object that is its own.</param>
/// <param name="Part">What computes it; never a reference.</param>
/// <param name="Inputs">Numbers of the nodes that it reads, each once.</param>
internal sealed record PlannedNode(object Key, Part Part, int[] Inputs)
{
    /// <summary>Where it is computed; null for a value.</summary>
    public Runtime? Runtime { get; set; }

    /// <summary>Its value is for other runtimes than its own too.</summary>
    public bool IsNeutral { get; set; }

    /// <summary>For people.</summary>
    public static string Text(object key, int number) => key switch
    {
        Call call => $"{call.Function.Name}-{number}",
        IDelayed { Computation: Call call } => $"{call.Function.Name}-{number}",
        IDelayed => $"value-{number}",
        _ => Keys.Text(key),
    };
}
