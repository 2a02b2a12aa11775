namespace DaskVine.Simulation.Workers;

/// <summary>What a worker is.</summary>
/// <param name="Cores">Calls that it runs at once.</param>
/// <param name="Slowness">How many times longer than planned they take.</param>
/// <param name="Title">The name that tasks may ask for; null for its own.</param>
/// <param name="Resources">What it has beside cores, in thousandths.</param>
internal sealed record WorkerPlan(int Cores, double Slowness = 1, string? Title = null, IReadOnlyDictionary<string, long>? Resources = null)
{
    /// <summary>Whether others can get files from it.</summary>
    public bool HasPeer { get; init; } = true;

    /// <summary>Bytes that its cache may hold; 0 for no limit.</summary>
    public long Disk { get; init; }
}
