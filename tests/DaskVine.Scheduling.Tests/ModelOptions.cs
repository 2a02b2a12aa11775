using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What a random graph asks for some of its tasks, and a random worker has.</summary>
internal static class ModelOptions
{
    public const string Resource = "GPU";

    /// <summary>The last joins only when the storm is over.</summary>
    public static readonly string[] Names = ["n0", "n1", "n2", "late"];

    public const long ResourceMax = 3_000;

    public const int CoresMax = 3;

    /// <summary>Numbers of the functions that are libraries begin here.</summary>
    public const int FirstLibrary = 2;

    /// <summary>Most have few slots.</summary>
    public static readonly LibrarySpec[] Libraries =
    [
        new() { Name = "one", Slots = 1 },
        new() { Name = "two", Slots = 2 },
        new() { Name = "wide", Slots = 1, Cores = 2 },
        new() { Name = "all" },
        new() { Name = "direct", Mode = ExecMode.Direct },
    ];

    private static readonly string[] s_locks = ["x", "y"];

    /// <summary>One of few locks and nothing else, so that tasks get in each other's way.</summary>
    public static TaskOptions DrawLock(int graph, int number, Decisions decisions) =>
        new(graph, number, 0, 0, [], false, new Dictionary<string, long>(), [s_locks[decisions.Below(s_locks.Length)]]);

    public static TaskOptions Draw(int graph, int number, Decisions decisions)
    {
        int? library = decisions.OneIn(2) ? FirstLibrary + decisions.Below(Libraries.Length) : null;
        return new TaskOptions(
            graph, number,
            decisions.OneIn(2) ? decisions.Below(5) - 2 : 0,
            decisions.OneIn(3) ? decisions.Below(3) : 0,
            decisions.OneIn(6) ? Some(decisions.OneIn(5) ? Names : Names[..^1], decisions) : [],
            decisions.OneIn(3),
            decisions.OneIn(5) ? new Dictionary<string, long> { [Resource] = (decisions.Below(3) + 1) * 1_000 } : [],
            decisions.Below(3) > (library is null ? 0 : 1) ? Some(s_locks, decisions) : [],
            decisions.OneIn(4),
            library);
    }

    private static string[] Some(string[] of, Decisions decisions) =>
        [.. Enumerable.Range(0, decisions.Below(2) + 1).Select(_ => of[decisions.Below(of.Length)]).Distinct()];
}
