using System.Collections.Concurrent;

namespace DaskVine.Simulation.Tests;

public class SimulationRunTests
{
    [Fact]
    public void Run_TwoHundredSeeds_HoldsEveryProperty()
    {
        var failures = new ConcurrentBag<string>();
        Parallel.For(1, 201, seed =>
        {
            if (SimulationRun.Of(WorldDraw.Of((ulong)seed)).Failure is { } failure)
                failures.Add(failure);
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Take(3)));
    }

    [Fact]
    public void Run_SameSeedTwice_TellsTheSameStory()
    {
        foreach (var seed in new ulong[] { 7, 33, 152 })
            Assert.Equal(SimulationRun.Of(WorldDraw.Of(seed)).StoryHash, SimulationRun.Of(WorldDraw.Of(seed)).StoryHash);
    }

    [Fact]
    public void Run_AnotherSeed_TellsAnotherStory() =>
        Assert.NotEqual(SimulationRun.Of(WorldDraw.Of(7)).StoryHash, SimulationRun.Of(WorldDraw.Of(8)).StoryHash);

    // So that a run without failures says something: each breakage is found, by the property that it breaks.
    [Theory]
    [InlineData(Sabotage.WrongValue, "ResultChecker")]
    [InlineData(Sabotage.LostCompletion, "everything ends")]
    [InlineData(Sabotage.ResultTwice, "results")]
    [InlineData(Sabotage.KeptFile, "LeftoverChecker")]
    [InlineData(Sabotage.TwoCallsAtOnce, "CoreChecker")]
    [InlineData(Sabotage.DroppedRelease, "LeftoverChecker")]
    public void Run_Sabotaged_IsFound(Sabotage sabotage, string property)
    {
        var options = new SimulationOptions
        {
            Seed = 1,
            Workers = 2,
            CoresMax = 1,
            TasksPerGraph = 30,
            Shape = GraphShape.Independent,
            TaskDuration = TimeSpan.FromMicroseconds(100),
            LargeOutputs = 0.5,
            InlineLimit = 256,
        };
        Assert.Null(SimulationRun.Of(options).Failure);
        var failure = SimulationRun.Of(options with { Sabotage = sabotage }).Failure;
        Assert.Contains($"{property}: ", failure, StringComparison.Ordinal);
        Assert.StartsWith("dotnet run --project tests/DaskVine.Simulation -c Release -- --seed 1\n", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WhereLocksAreNotAskedFor_IsFound()
    {
        var options = new SimulationOptions
        {
            Seed = 1,
            CoresMax = 8,
            Clients = 4,
            Shape = GraphShape.Independent,
            TaskDuration = TimeSpan.FromMilliseconds(20),
            AskingGraphs = 1,
        };
        Assert.Null(SimulationRun.Of(options).Failure);
        var failure = SimulationRun.Of(options with { Sabotage = Sabotage.DroppedLocks }).Failure;
        Assert.Contains("ClaimChecker: ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WhereLibrariesRunMoreCallsThanTheyHaveSlots_IsFound()
    {
        var options = new SimulationOptions
        {
            Seed = 1,
            CoresMax = 8,
            Clients = 4,
            Shape = GraphShape.Independent,
            TaskDuration = TimeSpan.FromMilliseconds(20),
            Libraries = 1,
        };
        Assert.Null(SimulationRun.Of(options).Failure);
        var failure = SimulationRun.Of(options with { Sabotage = Sabotage.MoreSlots }).Failure;
        Assert.Contains("LibraryChecker: ", failure, StringComparison.Ordinal);
    }
}
