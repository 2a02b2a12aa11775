namespace DaskVine.Scheduling.Model;

/// <summary>How a file gets to workers. Most files ride along in assignments and never have one.</summary>
internal sealed class FileSpread
{
    /// <summary>Holders that have given it and may have time again, the last at the end; some may be there twice, or hold it no more.</summary>
    public List<VineWorker> Givers { get; } = [];

    /// <summary>All and only the arrivals of it in <see cref="VineWorker.Arriving"/> of their destinations.</summary>
    public List<Arrival> Arrivals { get; } = [];

    /// <summary>Those of <see cref="Arrivals"/> that wait, in order, and perhaps some that do not wait any more.</summary>
    public Queue<Arrival> Waiting { get; } = new();

    /// <summary>How many of <see cref="Arrivals"/> run: each is a holder soon.</summary>
    public int Running { get; set; }

    /// <summary>How often each holder has given it, and in how many running arrivals it does.</summary>
    public Dictionary<VineWorker, Giving> Given { get; } = [];

    /// <summary>Running arrivals from the manager, its URL or its path.</summary>
    public int FromOrigin { get; set; }

    /// <summary>Arrivals from there so far.</summary>
    public int GivenByOrigin { get; set; }
}

/// <summary>What a holder gives of one file: running arrivals, and arrivals so far.</summary>
internal readonly record struct Giving(int Now, int Total);
