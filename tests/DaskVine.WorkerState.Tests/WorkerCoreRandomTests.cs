using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>
/// Goal: whatever happens in whatever order, every task that is not given back or cancelled is reported, and invariants hold throughout.
/// Method: a seeded world of hosts that answer, fail, die and are killed; after the storm everything answers and must come to rest.
/// </summary>
public class WorkerCoreRandomTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void World_OfRandomEvents_ComesToRestWithEveryTaskReported(int seed)
    {
        var world = new RandomWorld(new Random(seed));
        for (var step = 0; step < 300; step++)
            world.Step(calm: false);
        for (var step = 0; step < 2000 && !world.IsAtRest; step++)
            world.Step(calm: true);
        Assert.True(world.IsAtRest, $"seed {seed}: {world}");
        world.CheckInventory();
    }

    public static TheoryData<int> Seeds() => new(Enumerable.Range(0, 200));
}
