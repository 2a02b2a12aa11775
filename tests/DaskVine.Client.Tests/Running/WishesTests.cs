namespace DaskVine.Client.Tests.Running;

public sealed class WishesTests
{
    [Fact]
    public async Task Compute_Workers_RunWhatAsksForThem()
    {
        await using var vine = await SharedVine.StartAsync(workers: 2);
        var only = Enumerable.Range(0, 6).Select(i => Call.Of(PythonFunctions.Divide, 1, 0).WithOptions(new(workers: [$"w{(i % 2) + 1}"]))).ToArray();

        var workers = only.Select(call =>
            Assert.Throws<RemoteException>(() => new Graph { ["a"] = call }.Compute("a", scheduler: vine.Get, workers: ["w7"])).Worker);

        Assert.Equal(["w1", "w2", "w1", "w2", "w1", "w2"], workers.ToArray());
    }

    [Fact]
    public async Task Compute_Resources_WaitForAWorkerThatHasThem()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        var noticed = new TaskCompletionSource<VineNotice>();
        vine.Noticed += (_, notice) =>
        {
            if (notice.Code != "workers-connected")
                noticed.TrySetResult(notice);
        };
        using var cancel = new CancellationTokenSource();
        var sum = PythonFunctions.Add.Call<int>(1, 2).With(resources: new Dictionary<string, double> { ["gpus"] = 1 });

        var computing = sum.ComputeAsync(scheduler: vine.Get, cancellation: cancel.Token);

        Assert.Contains("gpus", (await noticed.Task).Text);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => computing);
    }

    [Fact]
    public async Task Compute_CheckpointsAndPruneDepth_Compute()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        var inner = Delayed.Call(Kernels.Half, 4).With(priority: 2, retries: 1, checkpoint: true);
        var graph = new Graph { ["a"] = inner, ["b"] = Call.Of(PythonFunctions.Add, "a", Call.Of(PythonFunctions.Add, 1, 2).WithOptions(new(priority: -1))) };

        Assert.Equal(5.0, graph.Compute<double>("b", scheduler: vine.Get, checkpoints: ["b", inner], pruneDepth: 0));
        Assert.Contains("absent is not a key", Refused(() => graph.Compute("b", scheduler: vine.Get, checkpoints: ["absent"])));
        Assert.Contains("prune depth of -1", Refused(() => graph.Compute("b", scheduler: vine.Get, pruneDepth: -1)));
    }

    [Fact]
    public void Wishes_BelowZero_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskWishes(retries: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskWishes(resources: new Dictionary<string, double> { ["gpus"] = -1 }));
    }

    private static string Refused(Action act) => Assert.Throws<GraphException>(act).Message;
}
