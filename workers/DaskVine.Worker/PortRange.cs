using System.Globalization;

namespace DaskVine.Worker;

/// <summary>TCP ports of which one is taken; 0 to 0 for any that is free.</summary>
public readonly record struct PortRange(int Low, int High)
{
    /// <param name="option">The option that it was given with, for the message.</param>
    /// <param name="text"><c>PORT</c> or <c>LOW:HIGH</c>.</param>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PortRange Parse(string option, string text)
    {
        var parts = text.Split(':');
        if (parts.Length <= 2 && ParsePort(parts[0]) is { } low && ParsePort(parts[^1]) is { } high && low <= high && (low > 0 || high == 0))
            return new PortRange(low, high);
        throw new FormatException($"{option}: '{text}' is no port (0 for any free one) and no range LOW:HIGH, as in {option} 9200:9299");
    }

    private static int? ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
