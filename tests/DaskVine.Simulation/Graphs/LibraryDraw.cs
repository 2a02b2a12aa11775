using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Simulation.Graphs;

/// <summary>Libraries that every client knows beside its functions, and which calls name them.</summary>
internal static class LibraryDraw
{
    /// <summary>Of every exec mode; most have few slots, and one takes several cores for a call.</summary>
    private static readonly LibrarySpec[] s_sound =
    [
        new() { Name = "one", Slots = 1 },
        new() { Name = "two", Slots = 2 },
        new() { Name = "all" },
        new() { Name = "fresh", Mode = ExecMode.ForkPerCall, Slots = 1 },
        new() { Name = "all fresh", Mode = ExecMode.ForkPerCall },
        new() { Name = "direct", Mode = ExecMode.Direct },
        new() { Name = "alone", Mode = ExecMode.Spawn, Slots = 1 },
        new() { Name = "two alone", Mode = ExecMode.Spawn, Slots = 2 },
        new() { Name = "wide", Slots = 1, Cores = 2 },
        new() { Name = "threads", Runtime = LibraryRuntime.Dotnet, Mode = ExecMode.Threads },
        new() { Name = "two threads", Runtime = LibraryRuntime.Dotnet, Mode = ExecMode.Threads, Slots = 2 },
    ];

    /// <summary>Never set up.</summary>
    private static readonly LibrarySpec[] s_broken =
    [
        new() { Name = "broken" },
        new() { Name = "broken alone", Mode = ExecMode.Spawn, Slots = 1 },
        new() { Name = "broken threads", Runtime = LibraryRuntime.Dotnet, Mode = ExecMode.Threads },
    ];

    private static readonly LibrarySpec[] s_all = [.. s_sound, .. s_broken];

    /// <summary>What clients send to have them, under their numbers.</summary>
    /// <param name="moreSlots">Added to those of each that has some.</param>
    public static IEnumerable<FunctionCode> Codes(int moreSlots) => s_all.Select((spec, index) => new FunctionCode(
        GraphDraw.Functions + index, new byte[] { (byte)index, 4, 5, 6 }, spec.Name,
        (spec.Slots > 0 ? spec with { Slots = spec.Slots + moreSlots, Cores = (spec.Slots + moreSlots) * spec.CoresPerCall } : spec).ToBytes()));

    /// <summary>Null when its worker's own runs it, or none does.</summary>
    public static LibrarySpec? Of(NodePlan node) =>
        node is { Role: NodeRole.Call, Options.Library: { } number } ? s_all[number - GraphDraw.Functions] : null;

    public static bool IsBroken(LibrarySpec? spec) => s_broken.Any(broken => broken.Name == spec?.Name);

    /// <summary>Has some calls run by libraries, with some of what was asked for others.</summary>
    /// <returns>The nodes, and all options that they name.</returns>
    public static (NodePlan[] Nodes, TaskOptions[] Options) Draw(NodePlan[] nodes, TaskOptions[] asked, SimulationOptions options, Chance chance)
    {
        var numbers = Enumerable.Range(0, s_sound.Length).Where(index => s_sound[index].CoresPerCall <= options.CoresMax).ToList();
        if (chance.Happens(options.Failures * 10))
            numbers = [chance.Between(s_sound.Length, s_all.Length - 1), .. numbers];
        TaskOptions[] named = [.. Enumerable.Range(asked.Length + 1, chance.Between(1, 4)).Select(number =>
            BaseOf(asked, chance) with { Number = number, Library = GraphDraw.Functions + chance.Pick(numbers) })];
        return ([.. nodes.Select(node => node is { Role: NodeRole.Call, IsLiteral: false } && chance.Happens(0.6) ? node with { Options = chance.Pick(named) } : node)],
            [.. asked, .. named]);
    }

    private static TaskOptions BaseOf(TaskOptions[] asked, Chance chance) => asked.Length > 0 && chance.Happens(0.3)
        ? chance.Pick(asked)
        : new TaskOptions(0, 0, 0, 0, [], false, new Dictionary<string, long>(), []);
}
