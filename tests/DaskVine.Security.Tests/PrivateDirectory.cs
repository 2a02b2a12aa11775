namespace DaskVine.Security.Tests;

/// <summary>A directory of this test's own, and changes of modes in it.</summary>
internal sealed class PrivateDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public string Keys => Within("keys");

    public string Within(params ReadOnlySpan<string> parts) => Path.Combine([_directory.FullName, .. parts]);

    /// <summary>Names and contents of the files in a directory.</summary>
    public static Dictionary<string, string> Contents(string directory) =>
        Directory.EnumerateFiles(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    public void Dispose() => _directory.Delete(recursive: true);
}
