namespace DaskVine.Scheduling.Model;

/// <summary>The best of the workers that were offered for a task so far.</summary>
/// <param name="first">It need not be weighed while it is the only one; null for none.</param>
internal struct Choice(VineWorker? first)
{
    private long _soonestUs;
    private (long MovesUs, long SoonUs) _nearest;

    /// <summary>Where the wait and the moves together take the least time.</summary>
    public VineWorker? Soonest { get; private set; } = first;

    /// <summary>Where the moves take the least time; of several the one where it is sooner.</summary>
    public VineWorker? Nearest { get; private set; } = first;

    public bool IsWeighed { get; private set; }

    /// <summary>What the first one costs.</summary>
    /// <param name="movesUs">Microseconds for bringing what is not there.</param>
    /// <param name="waitUs">Microseconds until its turn.</param>
    public void Weigh(long movesUs, long waitUs)
    {
        (_soonestUs, _nearest) = (movesUs + waitUs, (movesUs, movesUs + waitUs));
        IsWeighed = true;
    }

    /// <inheritdoc cref="Weigh"/>
    /// <param name="worker">Another one.</param>
    public void Offer(VineWorker worker, long movesUs, long waitUs)
    {
        var soonUs = movesUs + waitUs;
        if (Soonest is null || (soonUs, worker.Id.Value).CompareTo((_soonestUs, Soonest.Id.Value)) < 0)
            (Soonest, _soonestUs) = (worker, soonUs);
        if (Nearest is null || (movesUs, soonUs, worker.Id.Value).CompareTo((_nearest.MovesUs, _nearest.SoonUs, Nearest.Id.Value)) < 0)
            (Nearest, _nearest) = (worker, (movesUs, soonUs));
        IsWeighed = true;
    }
}
