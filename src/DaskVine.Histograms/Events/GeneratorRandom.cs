namespace DaskVine.Histograms;

/// <summary>Random numbers that stay the same from one version of .NET to the next: SplitMix64.</summary>
internal sealed class GeneratorRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    // Rounding could leave a rest for ever.
    private const int MostOfACount = 100;

    private ulong _state;

    internal GeneratorRandom(ulong seed, ulong stream) => _state = Mix(seed + Step) ^ Mix((stream * Step) + 1);

    /// <summary>From 0 to before 1.</summary>
    internal double Next() => (Mix(_state += Step) >> 11) * (1.0 / (1UL << 53));

    internal double Between(double low, double high) => low + ((high - low) * Next());

    /// <summary>Falls off as e^(-x / mean).</summary>
    internal double Falling(double mean) => -mean * Math.Log(1 - Next());

    internal double Normal(double width) => width * Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());

    /// <summary>An azimuth.</summary>
    internal double Phi() => Between(-Math.PI, Math.PI);

    /// <summary>0, 1, 2, …: how often something rare happens.</summary>
    internal int Count(double mean)
    {
        var count = 0;
        for (var left = Next() - Math.Exp(-mean); left > 0 && count < MostOfACount; count++)
            left -= Math.Exp(-mean) * Power(mean, count + 1);
        return count;
    }

    // mean^n / n!
    private static double Power(double mean, int n)
    {
        var power = 1.0;
        for (var i = 1; i <= n; i++)
            power *= mean / i;
        return power;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
