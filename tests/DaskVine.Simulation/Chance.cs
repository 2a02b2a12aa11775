namespace DaskVine.Simulation;

/// <summary>A stream of drawn numbers that depends on its seed alone (SplitMix64), so that a run can be had again on any machine.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Spreads a number over all bits.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A stream of its own, so that more draws here do not change those there.</summary>
    public Chance Fork() => new(Next());

    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Happens(double probability) => Unit() < probability;

    /// <summary>At least <paramref name="low"/>, at most <paramref name="high"/>.</summary>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    public TimeSpan Between(TimeSpan low, TimeSpan high) => low + ((high - low) * Unit());

    /// <summary>Every order of magnitude as likely as the others.</summary>
    public double AcrossMagnitudes(double low, double high) => low * Math.Pow(high / low, Unit());

    public TimeSpan Exponential(TimeSpan mean) => mean * -Math.Log(1 - Unit());

    public T Pick<T>(IReadOnlyList<T> items) => items[Between(0, items.Count - 1)];
}
