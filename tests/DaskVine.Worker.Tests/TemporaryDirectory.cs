namespace DaskVine.Worker.Tests;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = RunDirectory.Create("/tmp");

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
