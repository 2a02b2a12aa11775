namespace DaskVine.Client.Tests;

/// <summary>A manager and one worker of two cores, for tests that leave them as they were.</summary>
public sealed class SharedVine : IAsyncLifetime
{
    public const string PythonProgram = "/usr/bin/python3";

    public Vine Vine { get; private set; } = null!;

    public async Task InitializeAsync() => Vine = await StartAsync(workers: 1);

    public async Task DisposeAsync() => await Vine.DisposeAsync();

    public static Task<Vine> StartAsync(int workers) => Vine.StartLocalAsync(workers, cores: 2, python: PythonProgram);
}

[CollectionDefinition(Name)]
public sealed class SharedVineGroup : ICollectionFixture<SharedVine>
{
    public const string Name = "shared vine";
}
