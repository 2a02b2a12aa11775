using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreMemoryTests
{
    [Fact]
    public void Calls_WithLargeInputs_RunBesideEachOtherAsFarAsMemoryReaches()
    {
        var core = Ready(cores: 4, memory: 1000);
        core.Handle([.. Files(400, 3), .. Enumerable.Range(1, 3).Select(i => new AssignReceived(On(i, i, 400)))]);
        var calls = core.Drain().OfType<SendCall>().ToList();
        Assert.Equal(2, calls.Count);
        core.Handle(Returned(calls[0]));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    [Fact]
    public void Call_LargerThanMemory_RunsAlone()
    {
        var core = Ready(cores: 2, memory: 1000).Handle([.. Files(5000, 1), new AssignReceived(On(1, 1, 5000)), new AssignReceived(Call(2))]);
        var call = core.Drain().OfType<SendCall>().Single();
        Assert.Equal(1, call.Task.Task.Value);
        core.Handle(Returned(call));
        Assert.Equal(2, core.Drain().OfType<SendCall>().Single().Task.Task.Value);
    }

    [Fact]
    public void Calls_OfAFunctionWithLargeResults_AreCountedByTheirMean()
    {
        var core = Ready(cores: 3, memory: 1000).Handle(new AssignReceived(Call(9)));
        core.Handle(ReturnedFile(core.Drain().OfType<SendCall>().Single(), size: 600));
        core.Drain();
        core.Handle(Calls(2));
        Assert.Single(core.Drain().OfType<SendCall>());
    }

    [Fact]
    public void Call_ThatWaitsForMemory_IsNotPassed()
    {
        var core = Ready(cores: 3, memory: 1000);
        core.Handle([.. Files(600, 2), new AssignReceived(On(1, 1, 600)), new AssignReceived(On(2, 2, 600)), new AssignReceived(Call(3)),
            new AssignReceived(Call(4, mode: TaskMode.Tasks))]);
        var effects = core.Drain();
        Assert.Equal(1, effects.OfType<SendCall>().Single().Task.Task.Value);
        Assert.Empty(effects.OfType<StartTaskProcess>());
    }

    private static FileArrived[] Files(long size, int count) => [.. Enumerable.Range(1, count).Select(i => new FileArrived(new FileId(i), size))];

    private static Assign On(long task, long file, long size) => Call(task) with { Inputs = [new TaskInput(null, new FileId(file), size)] };
}
