namespace DaskVine.Scheduling;

/// <summary>Versions that make pickles of one side fail on the other.</summary>
internal static class VersionDifference
{
    private static readonly (string Component, string Title)[] s_compared =
    [
        ("python", "Python"), ("daskvine", "daskvine"), ("cloudpickle", "cloudpickle"), ("dask", "dask"), ("msgpack", "msgpack"),
        ("numpy", "numpy"), ("pandas", "pandas"),
    ];

    /// <summary>"Python 3.12.1 and this client 3.11.2, …", or null when nothing differs of what both sides name.</summary>
    public static string? Of(IReadOnlyDictionary<string, string> worker, IReadOnlyDictionary<string, string> client)
    {
        var differences = new List<string>();
        foreach (var (component, title) in s_compared)
        {
            if (worker.TryGetValue(component, out var theirs) && client.TryGetValue(component, out var own) && Differs(component, theirs, own))
                differences.Add($"{title} {theirs} and this client {own}");
        }

        return differences.Count > 0 ? string.Join(", ", differences) : null;
    }

    private static bool Differs(string component, string a, string b) =>
        component == "python" ? MajorMinor(a) != MajorMinor(b) : a != b;

    private static string MajorMinor(string version) => string.Join('.', version.Split('.').Take(2));
}
