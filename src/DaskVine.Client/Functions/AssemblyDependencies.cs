using System.Runtime.InteropServices;
using System.Text.Json;

namespace DaskVine.Client;

/// <summary>Files that an assembly's .deps.json names: also those that only reflection or P/Invoke loads.</summary>
internal static class AssemblyDependencies
{
    // The most specific first: of files of one name that is the one that runs here.
    private static readonly string[] s_platforms = [$"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "linux", "unix"];

    /// <summary>The paths of those that are there; none when nothing describes it.</summary>
    /// <param name="assembly">Path of the assembly.</param>
    /// <exception cref="GraphException">The description is damaged.</exception>
    public static IReadOnlyList<string> Of(string assembly)
    {
        var described = Path.ChangeExtension(assembly, ".deps.json");
        if (!File.Exists(described))
            return [];
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(described));
            return [.. Assets(document.RootElement)
                .OrderBy(asset => asset.Rank)
                .SelectMany(asset => Places(Path.GetDirectoryName(assembly)!, asset.Path).Where(File.Exists).Take(1))
                .DistinctBy(Path.GetFileName)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new GraphException($"{described} is no description of dependencies: {e.Message}", e);
        }
    }

    // A build leaves most beside the assembly, and what is of one platform in runtimes/; a publish leaves all beside it.
    private static string[] Places(string folder, string asset) => [Path.Combine(folder, asset), Path.Combine(folder, Path.GetFileName(asset))];

    private static IEnumerable<(string Path, int Rank)> Assets(JsonElement described)
    {
        foreach (var target in described.GetProperty("targets").EnumerateObject())
        {
            foreach (var library in target.Value.EnumerateObject())
            {
                foreach (var asset in OfLibrary(library.Value))
                    yield return asset;
            }
        }
    }

    private static IEnumerable<(string Path, int Rank)> OfLibrary(JsonElement library)
    {
        foreach (var kind in new[] { "runtime", "native" })
        {
            if (!library.TryGetProperty(kind, out var assets))
                continue;
            foreach (var asset in assets.EnumerateObject())
                yield return (asset.Name, s_platforms.Length);
        }

        if (!library.TryGetProperty("runtimeTargets", out var targets))
            yield break;
        foreach (var asset in targets.EnumerateObject())
        {
            if (Array.IndexOf(s_platforms, asset.Value.GetProperty("rid").GetString()) is var rank and >= 0)
                yield return (asset.Name, rank);
        }
    }
}
