using DaskVine.Histograms;

namespace DaskVine.Examples.Adl;

/// <summary>Events for one run, in a directory that goes with it.</summary>
internal sealed class GeneratedFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("daskvine-adl-");

    public string Pattern => Path.Combine(_directory.FullName, "*.arrow");

    public void Write(long seed, long events, int partitions) => new EventGenerator(seed).Write(_directory.FullName, events, partitions);

    public void Dispose() => _directory.Delete(recursive: true);
}
