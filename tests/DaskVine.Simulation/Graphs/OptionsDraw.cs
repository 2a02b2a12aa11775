using DaskVine.Protocol.Records;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Graphs;

/// <summary>Draws what graphs ask for tasks, and what workers have of it.</summary>
internal static class OptionsDraw
{
    /// <summary>Names that tasks may ask for; the last is only of workers that come late.</summary>
    public static readonly string[] Titles = ["ann", "bob", "late"];

    private const long AmountMax = 4_000;
    private static readonly string[] s_resources = ["GPU", "memory"];
    private static readonly string[] s_locks = ["x", "y", "z", "db"];

    /// <summary>Some options, numbered from 1, of which nothing is asked or all sorts of things.</summary>
    public static TaskOptions[] Draw(Chance chance, double checkpoints) =>
        [.. Enumerable.Range(1, chance.Between(1, 5)).Select(number => Draw(number, chance, checkpoints))];

    public static WorkerPlan Draw(WorkerPlan plan, Chance chance) => plan with
    {
        Title = Titles[chance.Between(0, Titles.Length - 2)],
        Resources = s_resources.Where(_ => chance.Happens(0.5)).ToDictionary(name => name, _ => 1_000L * chance.Between(1, 3)),
    };

    /// <summary>A worker that can run whatever asks for that name.</summary>
    public static WorkerPlan Full(int cores, string title) => new(cores, 1, title, s_resources.ToDictionary(name => name, _ => AmountMax));

    public static bool IsFull(WorkerPlan plan, string title) => plan.Title == title && s_resources.All(name => plan.Resources!.GetValueOrDefault(name) == AmountMax);

    private static TaskOptions Draw(int number, Chance chance, double checkpoints) => new(
        0, number,
        chance.Happens(0.5) ? chance.Between(-3, 3) * 500 : 0,
        chance.Happens(0.5) ? chance.Between(1, 3) : 0,
        chance.Happens(0.3) ? Some(Titles, chance) : [],
        chance.Happens(0.3),
        chance.Happens(0.4) ? Some(s_resources, chance).ToDictionary(name => name, _ => 500L * chance.Between(1, 8)) : [],
        chance.Happens(0.4) ? Some(s_locks, chance) : [],
        checkpoints > 0 && chance.Happens(checkpoints / 2));

    private static string[] Some(string[] of, Chance chance) =>
        [.. Enumerable.Range(0, chance.Between(1, 2)).Select(_ => chance.Pick(of)).Distinct()];
}
