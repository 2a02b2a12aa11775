namespace DaskVine.Client.Tests.Running;

[Collection(SharedVineGroup.Name)]
public sealed class FailuresTests(SharedVine shared)
{
    private readonly Vine _vine = shared.Vine;

    [Fact]
    public void Compute_PythonRaises_AllIsTold()
    {
        var graph = new Graph { [("x", 1)] = Call.Of(PythonFunctions.Divide, 1, 0) };

        var raised = Assert.Throws<RemoteException>(() => graph.Compute(("x", 1), scheduler: _vine.Get));

        Assert.Equal(("('x', 1)", "w1", "ZeroDivisionError"), (raised.Key, raised.Worker, raised.RemoteType));
        Assert.Contains("division by zero", raised.RemoteMessage);
        Assert.Contains("ZeroDivisionError", raised.RemoteStackTrace);
        Assert.Contains("task ('x', 1) (function operator:truediv) on worker w1", raised.Message);
        Assert.Contains(raised.RemoteStackTrace.TrimEnd(), raised.ToString());
    }

    [Fact]
    public void Compute_AbsentModule_IsNamed()
    {
        var absent = Python.Function("no_such_module:f").Call<int>();

        Assert.Contains("no_such_module", Assert.Throws<RemoteException>(() => absent.Compute(scheduler: _vine.Get)).Message);
    }

    [Fact]
    public void Compute_TaskThatAborts_IsGivenUp()
    {
        var dies = PythonFunctions.Abort.Call<int>();

        Assert.Contains("os:abort", Assert.Throws<RemoteException>(() => dies.Compute(scheduler: _vine.Get)).Message);
    }

    [Fact]
    public void Compute_Cycle_IsRefused()
    {
        var graph = new Graph { ["a"] = Call.Of(PythonFunctions.Add, "b", 1), ["b"] = "a" };

        Assert.Contains("cycle", Assert.Throws<GraphException>(() => graph.Compute("a", scheduler: _vine.Get)).Message);
    }

    [Fact]
    public void Compute_ValueWithoutForm_NamesTheTask()
    {
        var graph = new Graph { ["a"] = Call.Of(PythonFunctions.Same, new Thread(() => { })) };

        Assert.Contains("task a", Assert.Throws<GraphException>(() => graph.Compute("a", scheduler: _vine.Get)).Message);
    }

    [Fact]
    public async Task ComputeAsync_Cancelled_FreesTheWorker()
    {
        using var cancel = new CancellationTokenSource();
        var running = new Told<GraphProgress>(progress =>
        {
            if (progress is { Done: > 0, Running: > 0 })
                cancel.Cancel();
        });
        var sleeps = Enumerable.Range(0, 4).Select(i => (object)PythonFunctions.SleepLong(i)).ToList();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new Graph().ComputeAsync(sleeps, scheduler: _vine.Get, progress: running, cancellation: cancel.Token));

        Assert.Equal(3, await PythonFunctions.Add.Call<int>(1, 2).ComputeAsync(scheduler: _vine.Get));
    }
}
