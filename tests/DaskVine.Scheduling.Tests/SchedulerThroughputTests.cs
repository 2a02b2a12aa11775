using System.Diagnostics;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using Xunit.Abstractions;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// Goal: nothing in the core grows with the square of a graph's size. Method: sizes at which that would take minutes, and exact counts
/// of effects. The time per task is printed, not asserted.
/// </summary>
public sealed class SchedulerThroughputTests(ITestOutputHelper output)
{
    private const int Count = 100_000;

    [Fact]
    public void IndependentTasks_AHundredThousand_EachRunOnce()
    {
        var fleet = new Fleet(workers: 16, cores: 4);
        Time("independent task", () =>
        {
            fleet.Submit([.. Enumerable.Range(0, Count).Select(_ => Fleet.Call())], wanted: [.. Enumerable.Range(0, Count)]);
            fleet.Complete(int.MaxValue);
        });
        Assert.Equal((Count, Count, 16, 0), (fleet.Assigned, fleet.Results, fleet.Functions, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void TasksThatTakeAResource_AHundredThousand_EachRunOnce()
    {
        var fleet = new Fleet(workers: 100, cores: 4, resources: 1_000);
        fleet.Ask(1, new() { ["GPU"] = 500 });
        Time("task with a resource", () =>
        {
            fleet.Submit([.. Enumerable.Range(0, Count).Select(i => Fleet.Call() with { Options = i % 2 })], wanted: [.. Enumerable.Range(0, Count)]);
            fleet.Complete(int.MaxValue);
        });
        Assert.Equal((Count, Count, 0), (fleet.Assigned, fleet.Results, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void CallsOfLibrariesWithOneSlot_AHundredThousand_EachRunOnce()
    {
        const int Libraries = 10;
        var fleet = new Fleet(workers: 100, cores: 4);
        for (var i = 1; i <= Libraries; i++)
            fleet.Use(i, new LibrarySpec { Name = $"library {i}", Slots = 1 });
        Time("call or task", () =>
        {
            fleet.Submit([.. Enumerable.Range(0, Count).Select(i => Fleet.Call() with { Options = i % (Libraries + 1) })], wanted: [.. Enumerable.Range(0, Count)]);
            fleet.Complete(int.MaxValue);
        });
        Assert.Equal((Count, Count, 0), (fleet.Assigned, fleet.Results, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void TasksWithALockEach_AHundredThousandAndOneForAllOfThem_RunOneByOne()
    {
        const int Demands = 20_000;
        var fleet = new Fleet(workers: 16, cores: 4);
        for (var i = 1; i <= Demands; i++)
            fleet.Ask(i, [], "database", $"file {i}");
        Time("task with locks", () =>
        {
            fleet.Submit([.. Enumerable.Range(0, Count).Select(i => Fleet.Call() with { Options = (i % Demands) + 1 })], wanted: [.. Enumerable.Range(0, Count)]);
            fleet.Complete(int.MaxValue);
        });
        Assert.Equal((Count, Count, 0), (fleet.Assigned, fleet.Results, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void Chain_OfAHundredThousand_RunsEachOnce()
    {
        var fleet = new Fleet(workers: 2, cores: 1);
        Time("task of a chain", () =>
        {
            fleet.Submit([Fleet.Call(), .. Enumerable.Range(0, Count - 1).Select(i => Fleet.Call(i))], wanted: [Count - 1]);
            fleet.Complete(int.MaxValue);
        });
        Assert.Equal((Count, 1, 0), (fleet.Assigned, fleet.Results, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void LargeOutputs_AHundredThousandIntoOneTask_AreMadeAgainWhereTheyWereLost()
    {
        var fleet = new Fleet(workers: 2, cores: 4);
        int[] inputs = [.. Enumerable.Range(0, Count)];
        fleet.Large = true;
        fleet.Submit([.. inputs.Select(_ => Fleet.Call()), Fleet.Call(inputs)], wanted: [Count]);
        fleet.Complete(Count);
        var lost = fleet.CompletedBy(0);
        Assert.InRange(lost, Count / 4, 3 * Count / 4);
        fleet.Large = false;
        fleet.Lose(0);
        fleet.Complete(int.MaxValue);
        Assert.Equal((Count + 1 + lost + 1, 1), (fleet.Assigned, fleet.Results));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void Cancel_OfAHundredThousand_LeavesNothing()
    {
        var fleet = new Fleet(workers: 4, cores: 4);
        fleet.Submit([.. Enumerable.Range(0, Count).Select(_ => Fleet.Call())], wanted: [0]);
        var assigned = fleet.Assigned;
        fleet.FromClient(new CancelGraph(0));
        // A cancel and a release for each worker.
        Assert.Equal((assigned, 8), (fleet.Assigned, fleet.Others));
        fleet.MustHoldNothing();
    }

    [Fact]
    public void OneFile_ForTenThousandWorkers_SpreadsAmongThem()
    {
        const int Workers = 10_000;
        var fleet = new Fleet(Workers, cores: 1, peers: true);
        GraphNode[] readers = [.. Enumerable.Range(0, Workers).Select(_ => Fleet.Call(0))];
        var watch = Stopwatch.StartNew();
        fleet.Submit([new GraphNode(null, new byte[1 << 20], [], ""), .. readers], wanted: [.. Enumerable.Range(1, Workers)]);
        fleet.CompleteTransfers();
        output.WriteLine($"{watch.Elapsed.TotalMicroseconds / Workers:F2} µs per worker");
        // Some tasks queue where the file is already.
        Assert.InRange(fleet.Given.Values.Sum(), Workers * 9 / 10, Workers);
        Assert.InRange(fleet.Given.Values.Max(), 1, 16);
        Assert.InRange(fleet.Given[""], 1, 2);
        fleet.Complete(int.MaxValue);
        fleet.MustHoldNothing();
    }

    private void Time(string unit, Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        output.WriteLine($"{watch.Elapsed.TotalMicroseconds / Count:F2} µs per {unit}");
    }
}
