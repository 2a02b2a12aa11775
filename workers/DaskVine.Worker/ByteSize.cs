using System.Globalization;

namespace DaskVine.Worker;

/// <summary>Amounts of bytes as a person writes them: <c>10G</c>, <c>512M</c>, <c>1.5T</c>, <c>4096</c>. Units are powers of 1024.</summary>
public static class ByteSize
{
    private const string Units = "KMGT";

    /// <param name="option">The option that it was given with, for the message.</param>
    /// <param name="text">A number, and perhaps a unit.</param>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static long Parse(string option, string text)
    {
        var trimmed = text.Trim();
        var unit = trimmed.Length == 0 ? -1 : Units.IndexOf(char.ToUpperInvariant(trimmed[^1]));
        var digits = unit < 0 ? trimmed : trimmed[..^1];
        var factor = 1L << (10 * (unit + 1));
        if (decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / factor)
            return (long)(number * factor);
        throw new FormatException($"{option}: '{text}' is no amount of bytes, as in {option} 10G (units K, M, G and T; 0 for no limit)");
    }
}
