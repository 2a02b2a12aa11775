using System.Reflection;

namespace DaskVine.Worker;

/// <summary>Versions of what this process is made of.</summary>
internal static class ProgramVersions
{
    // Less the commit that builds add, as it is compared with that of the Python package.
    private static readonly string _own = typeof(ProgramVersions).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>Those, and others.</summary>
    public static Dictionary<string, string> With(IReadOnlyDictionary<string, string> others) => new(others)
    {
        ["daskvine"] = _own,
        ["dotnet"] = Environment.Version.ToString(),
    };
}
