using System.Runtime.InteropServices;

namespace DaskVine.Worker;

/// <summary>The program that runs .NET functions.</summary>
internal static class DotnetHost
{
    private const string Variable = "DASKVINE_LIBRARY_HOST";

    // Builds and publications put it beside this program.
    private static readonly string s_beside = Path.Combine(AppContext.BaseDirectory, "library-host", "DaskVine.LibraryHost");

    /// <summary>Where the runtime is that runs this process, which runs that one too.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <exception cref="FileNotFoundException">It is not there; the message says where it is looked for.</exception>
    public static string Find()
    {
        var path = Environment.GetEnvironmentVariable(Variable) ?? s_beside;
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"there is no program for .NET functions at {path}: publish daskvine whole, or name that program in {Variable}");
    }
}
