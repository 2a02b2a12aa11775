namespace DaskVine.Histograms.Tests;

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv-events-");

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
