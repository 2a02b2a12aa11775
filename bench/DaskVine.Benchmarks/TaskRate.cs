using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DaskVine.Bench.Functions;
using DaskVine.Client;

namespace DaskVine.Benchmarks;

/// <summary>No-op tasks per second through a manager, a worker of two cores and this client, who share the machine.</summary>
internal static class TaskRate
{
    public const string Command = "tasks";

    private const int Cores = 2;
    private const int WarmUps = 3;

    /// <summary>Prints, as JSON, the seconds of each graph and the CPU seconds of each process while all of them ran.</summary>
    /// <param name="tasks">Of each graph, beside the one that sums them.</param>
    /// <param name="graphs">How many, after those that warm up.</param>
    public static async Task RunAsync(int tasks, int graphs)
    {
        await using var vine = await Client.Vine.StartLocalAsync(workers: 1, cores: Cores).ConfigureAwait(false);
        for (var i = 0; i < WarmUps; i++)
            await TimeAsync(vine, tasks).ConfigureAwait(false);
        var before = CpuOf(vine);
        var times = new double[graphs];
        for (var i = 0; i < graphs; i++)
            times[i] = await TimeAsync(vine, tasks).ConfigureAwait(false);
        var cpu = CpuOf(vine).ToDictionary(process => process.Key, process => process.Value - before[process.Key]);
        Console.WriteLine(JsonSerializer.Serialize(new { tasks, seconds = times, cpu }));
    }

    private static async Task<double> TimeAsync(Vine vine, int tasks)
    {
        var graph = TaskGraphs.Sum(tasks);
        var began = Stopwatch.GetTimestamp();
        var total = await graph.ComputeAsync<long>(TaskGraphs.Total, vine.Get).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return total == TaskGraphs.SumOf(tasks) ? seconds : throw new InvalidOperationException($"the sum of {tasks} tasks is {total}");
    }

    private static Dictionary<string, double> CpuOf(Vine vine)
    {
        var worker = vine.WorkerProcessIds[0];
        var cpu = new Dictionary<string, double>
        {
            ["client"] = Seconds(Environment.ProcessId), ["manager"] = Seconds(vine.ManagerProcessId!.Value), ["worker"] = Seconds(worker),
        };
        cpu["hosts"] = ChildrenOf(worker).Sum(Seconds);
        return cpu;
    }

    private static double Seconds(int process)
    {
        using var found = Process.GetProcessById(process);
        return found.TotalProcessorTime.TotalSeconds;
    }

    private static IEnumerable<int> ChildrenOf(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture));
}
