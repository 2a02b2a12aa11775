namespace DaskVine.Histograms.Plotting;

/// <summary>Round numbers along a scale.</summary>
internal static class Ticks
{
    /// <summary>About so many round numbers from `low` to `high`, which differ.</summary>
    internal static double[] Between(double low, double high, int about)
    {
        var rough = (high - low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
        if (!double.IsFinite(step) || step <= 0)
            return [low, high];
        var first = Math.Ceiling((low / step) - 1e-9);
        var count = (int)Math.Floor((high / step) - first + 1e-9) + 1;
        return [.. Enumerable.Range(0, count).Select(i => (first + i) * step)];
    }

    /// <summary>A number with as few characters as tell ticks apart.</summary>
    internal static string Text(double value) => Math.Abs(value) >= 1e7 ? $"{value:0.###e0}" : $"{(decimal)value:G6}" switch
    {
        var text when text.Contains('.', StringComparison.Ordinal) && !text.Contains('E', StringComparison.Ordinal) => text.TrimEnd('0').TrimEnd('.'),
        var text => text,
    };
}
