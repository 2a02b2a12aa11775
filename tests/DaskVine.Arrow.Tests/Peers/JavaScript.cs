using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using DaskVine.Arrow.Tests.Golden;

namespace DaskVine.Arrow.Tests.Peers;

/// <summary>Arrow's own reader and writer in JavaScript, run by Node.js; the npm packages are installed once, below obj.</summary>
internal static class JavaScript
{
    private static readonly string Project = Path.Combine(GoldenFiles.Repository, "tests", "DaskVine.Arrow.Tests");
    private static readonly Lazy<Task<string>> Installed = new(Install);

    /// <summary>What it read of each stream or file: batches of columns of values, in the words of <see cref="ArrowText"/>.</summary>
    internal static async Task<List<List<List<string[]>>>> Read(IReadOnlyList<byte[]> documents) =>
        await WithFiles(documents, async (folder, paths) =>
        {
            string output = await Run("node", [Path.Combine(await Installed.Value, "values.mjs"), .. paths], folder);
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(documents.Count, lines.Length);
            return lines.Select(Batches).ToList();
        });

    /// <summary>What it wrote of each stream that it read, in the form that is named: stream or file.</summary>
    internal static async Task<List<byte[]>> Rewrite(IReadOnlyList<byte[]> documents, string form) =>
        await WithFiles(documents, async (folder, paths) =>
        {
            string[] pairs = [.. paths.SelectMany(path => new[] { path, path + ".again" })];
            await Run("node", [Path.Combine(await Installed.Value, "rewrite.mjs"), form, .. pairs], folder);
            return paths.Select(path => File.ReadAllBytes(path + ".again")).ToList();
        });

    private static async Task<T> WithFiles<T>(IReadOnlyList<byte[]> documents, Func<string, string[], Task<T>> use)
    {
        string folder = Directory.CreateTempSubdirectory("daskvine-arrow-").FullName;
        try
        {
            string[] paths = [.. Enumerable.Range(0, documents.Count).Select(i => Path.Combine(folder, $"{i}.arrow"))];
            for (int i = 0; i < paths.Length; i++)
                await File.WriteAllBytesAsync(paths[i], documents[i]);
            return await use(folder, paths);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<List<string[]>> Batches(string line)
    {
        using JsonDocument answer = JsonDocument.Parse(line);
        Assert.False(answer.RootElement.TryGetProperty("error", out JsonElement error), $"Arrow's JavaScript reader: {error}");
        return [.. answer.RootElement.GetProperty("batches").EnumerateArray().Select(batch => batch.EnumerateArray().Select(column =>
            column.EnumerateArray().Select(value => value.GetString()!).ToArray()).ToList())];
    }

    /// <summary>The folder with script and packages; it gets its name when complete, so that two test runs do not meet in it.</summary>
    private static async Task<string> Install()
    {
        string[] names = ["package.json", "package-lock.json", "rewrite.mjs", "values.mjs"];
        string[] files = [.. names.Select(name => Path.Combine(Project, "javascript", name))];
        string version = Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(File.ReadAllBytes)]))[..12];
        string folder = Path.Combine(Project, "obj", "javascript-" + version);
        if (Directory.Exists(folder))
            return folder;
        string making = Path.Combine(Project, "obj", $"javascript-{Guid.NewGuid():n}");
        Directory.CreateDirectory(making);
        foreach (string file in files)
            File.Copy(file, Path.Combine(making, Path.GetFileName(file)));
        await Run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], making);
        try
        {
            Directory.Move(making, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(making, recursive: true);
        }
        return folder;
    }

    private static async Task<string> Run(string program, IEnumerable<string> arguments, string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} failed; are nodejs and npm installed?\n{await errors}");
        return output;
    }
}
