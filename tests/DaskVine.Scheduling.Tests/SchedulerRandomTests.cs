using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// Goal: whatever happens in whatever order, every graph ends, every wanted value is delivered exactly once and is the right one, tasks
/// read what they should, invariants hold throughout, and nothing stays at the manager or the workers.
/// Method: model workers and a model client driven by a list of numbers; a counterexample is shrunk to a short list.
/// </summary>
public sealed class SchedulerRandomTests
{
    private static readonly Gen<int[]> Decisions = Gen.Choose(0, 1 << 20).ArrayOf(1_000);

    [Fact]
    public void World_OfRandomEvents_EndsEveryGraphAndLeavesNothing() =>
        Prop.ForAll(Arb.From(Decisions, Shorter), Run)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static void Run(int[] decisions)
    {
        var world = new RandomWorld(decisions);
        try
        {
            world.Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{world.Story()}", e);
        }
    }

    private static IEnumerable<int[]> Shorter(int[] decisions)
    {
        for (var cut = decisions.Length / 2; cut > 0; cut /= 2)
        {
            yield return decisions[..^cut];
            yield return decisions[cut..];
        }
    }
}
