using DaskVine.Simulation.Graphs;
using DaskVine.Simulation.Scenarios;

namespace DaskVine.Simulation.Tests;

/// <summary>What large files cost: the scenarios that the program prints as tables, smaller where that says the same.</summary>
public class TransferScenarioTests
{
    [Fact]
    public void File_ToAHundredTimesAsManyNodes_TakesALogarithmLonger()
    {
        var (few, many) = (Of(100), Of(10_000));
        Assert.True(many.Time / few.Time <= 2.5, $"{few.Time} and {many.Time}");
        Assert.True(many.FromSource <= 2.01 * Spread.FileBytes, $"{many.FromSource:N0} bytes came out of the first source");
    }

    [Fact]
    public void WideGraph_WhoseResultsExceedAllDisks_CompletesWithPruning()
    {
        const long Disk = 1L << 30;
        var limited = Report(Measured.Of(Shapes.Wide(400, pruneDepth: 1), Measured.Options with { Disk = Disk, CheckEvery = 1_000 }));
        var kept = Report(Measured.Of(Shapes.Wide(400, pruneDepth: 0), Measured.Options with { CheckEvery = 1_000 }));
        Assert.True(limited.BytesMade > 3 * 8 * Disk, $"{limited.BytesMade:N0} bytes were made");
        Assert.True(limited.PeakStored <= 8 * Disk, $"{limited.PeakStored:N0} bytes were stored");
        Assert.True(kept.PeakStored > 3 * limited.PeakStored, $"{kept.PeakStored:N0} bytes were stored without pruning");
    }

    [Theory]
    [InlineData("tree", 2, 0.5)]
    [InlineData("histograms", 2, 0.5)]
    [InlineData("tree", 20, 1)]
    [InlineData("histograms", 20, 1)]
    public void Placement_WhereInputsAre_MovesFarLessThanAnywhereWhereWaitingCostsLess(string shape, int milliseconds, double part)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        GraphPlan plan = shape == "tree" ? Shapes.Tree(duration) : Shapes.Histograms(duration);
        var near = Measured.Traffic(Report(Measured.Of(plan, Measured.Options)));
        var anywhere = Measured.Traffic(Report(Measured.Of(plan, Measured.Options with { AnyWorker = true })));
        Assert.True(near < part * anywhere, $"{near:N2} and {anywhere:N2} bytes moved for each that was made");
    }

    [Fact]
    public void TwoReplicas_UnderDeathsOfWorkers_SaveMostOfTheWorkThatIsDoneAgain()
    {
        var (one, two) = (0L, 0L);
        for (var seed = 1UL; seed <= 5; seed++)
        {
            one += Report(Measured.UnderDeaths(seed, replicas: 1)).Redone;
            two += Report(Measured.UnderDeaths(seed, replicas: 2)).Redone;
        }

        Assert.True(two * 3 < one, $"{one} tasks ran again with one replica, {two} with two");
    }

    private static SpreadResult Of(int nodes)
    {
        var result = Spread.Of(nodes, shared: false);
        Report(result.Report);
        return result;
    }

    private static Totals Report(SimulationReport report)
    {
        Assert.Null(report.Failure);
        return report.Totals;
    }
}
