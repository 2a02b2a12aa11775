namespace DaskVine.Client;

/// <summary>Finds the <c>daskvine</c> program.</summary>
internal static class DaskVineProgram
{
    /// <summary>Names the program where it is none of the usual places.</summary>
    public const string Variable = "DASKVINE_PROGRAM";

    private const string Built = "src/DaskVine.Cli/bin/Release/net10.0";

    private static readonly string[] s_places = ["publish", "linux-x64/publish", "linux-arm64/publish", "linux-x64", "linux-arm64", ""];

    /// <summary>
    /// DASKVINE_PROGRAM if set, else the one beside this application, else the newest build of the checkout that holds the application, else
    /// the one on PATH.
    /// </summary>
    /// <exception cref="VineException">There is none; says how to get one.</exception>
    public static string Find() =>
        Find(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"));

    /// <inheritdoc cref="Find()"/>
    public static string Find(string? named, string application, string? path)
    {
        if (!string.IsNullOrEmpty(named))
            return IsProgram(named) ? named : throw new VineException($"{Variable}={named} is not a program that can be run");
        var beside = Path.Combine(application, "daskvine");
        if (IsProgram(beside))
            return beside;
        var checkout = Checkout(application);
        return NewestBuild(checkout) ?? OnPath("daskvine", path) ?? throw new VineException(
            "the program 'daskvine' is not there: run 'dotnet publish src/DaskVine.Cli -c Release' in the checkout of DaskVine"
            + $"{(checkout is null ? "" : $" ({checkout})")}, put 'daskvine' beside this application or on PATH, or set {Variable}");
    }

    /// <summary>The environment of a DaskVine process, as <c>NAME=VALUE</c>: this one's, and where to find .NET.</summary>
    public static IEnumerable<string> Environ()
    {
        var variables = Environment.GetEnvironmentVariables();
        foreach (System.Collections.DictionaryEntry variable in variables)
            yield return $"{variable.Key}={variable.Value}";
        if (variables["DOTNET_ROOT"] is null)
            yield return $"DOTNET_ROOT={DotnetRoot()}";
    }

    // The shared framework is in ROOT/shared/Microsoft.NETCore.App/VERSION.
    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    private static string? Checkout(string application)
    {
        for (var directory = application; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "DaskVine.sln")))
                return directory;
        }

        return null;
    }

    private static string? NewestBuild(string? checkout) => checkout is null ? null : s_places
        .Select(place => Path.Combine(checkout, Built, place, "daskvine"))
        .Where(IsProgram)
        .MaxBy(BuiltAt);

    // The program itself is a launcher that builds leave alone; what it runs is beside it.
    private static DateTime BuiltAt(string program) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(program)!, "*.dll").Max(File.GetLastWriteTimeUtc);

    private static string? OnPath(string name, string? path) => (path ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) => File.Exists(path) && File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
}
