using DaskVine.Client;

namespace DaskVine.Histograms.Tests;

/// <summary>A manager and a worker of two cores, and 3,000 events in three files of two partitions each.</summary>
public sealed class VineOfTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv-events-");

    public Vine Vine { get; private set; } = null!;

    public string Pattern => Path.Combine(_directory.FullName, "*.arrow");

    internal EventFiles Events => EventFiles.Open(Pattern);

    /// <summary>All events, here.</summary>
    internal Events Whole => Histograms.Events.Of(new Arrow.ArrowTable(
        new EventGenerator(3).Generate(0).Schema,
        [.. Events.Partitions.SelectMany(partition => Arrow.ArrowTable.ReadFile(File.ReadAllBytes(partition.Path)).Batches.Skip(partition.Number!.Value).Take(1))]));

    public async Task InitializeAsync()
    {
        new EventGenerator(3).Write(_directory.FullName, events: 3_000, partitions: 3, batch: 500);
        Vine = await Vine.StartLocalAsync(workers: 1, cores: 2);
    }

    public async Task DisposeAsync()
    {
        await Vine.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
