using System.IO.Compression;
using System.Text.Json;

namespace DaskVine.Arrow.Tests.Golden;

/// <summary>Arrow's own integration files, which lie beside the repository.</summary>
internal static class GoldenFiles
{
    internal static string Repository { get; } = FindRepository();

    internal static string Folder
    {
        get
        {
            string folder = Path.Combine(Repository, "..", "shared", "data", "arrow-golden");
            Assert.True(Directory.Exists(folder), $"{Path.GetFullPath(folder)} is absent: put the Arrow integration files there.");
            return folder;
        }
    }

    internal static string[] Names()
    {
        string[] paths = Directory.GetFiles(Folder, "generated_*.json.gz");
        string[] names = [.. paths.Select(path => Path.GetFileName(path)[..^".json.gz".Length]).Order()];
        Assert.NotEmpty(names);
        return names;
    }

    internal static byte[] Stream(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".stream"));

    internal static byte[] Document(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".arrow_file"));

    internal static JsonDocument Json(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder, name + ".json.gz"));
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        return JsonDocument.Parse(unzipped);
    }

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DaskVine.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
