using System.Globalization;

namespace DaskVine.Worker;

/// <summary>What a worker has beside cores, as a person writes it: <c>GPU=2,disk=0.5</c>.</summary>
public static class WorkerResources
{
    private const int Thousandths = 1000;

    // More than anybody counts, less than a double or an overflow would spoil.
    private const decimal Most = 1_000_000_000_000;

    /// <summary>Amounts in thousandths, by name.</summary>
    /// <param name="option">The option that they were given with, for the message.</param>
    /// <param name="lists">One or more lists, each with commas between.</param>
    /// <exception cref="FormatException">They are not of that form; the message says which, and the form.</exception>
    public static IReadOnlyDictionary<string, long> Parse(string option, IEnumerable<string> lists)
    {
        var found = new Dictionary<string, long>();
        foreach (var item in lists.SelectMany(list => list.Split(',')))
        {
            var (name, amount) = ParseOne(item)
                ?? throw new FormatException($"{option}: '{item}' is not NAME=NUMBER, as in {option} GPU=2,disk=0.5 (0 or more, at most 3 decimals)");
            if (!found.TryAdd(name, amount))
                throw new FormatException($"{option}: '{name}' is there twice");
        }

        return found;
    }

    private static (string Name, long Amount)? ParseOne(string item)
    {
        var equals = item.LastIndexOf('=');
        var name = equals < 0 ? "" : item[..equals].Trim();
        if (name.Length == 0 || !decimal.TryParse(item[(equals + 1)..].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        return number <= Most && decimal.IsInteger(number * Thousandths) ? (name, (long)(number * Thousandths)) : null;
    }
}
