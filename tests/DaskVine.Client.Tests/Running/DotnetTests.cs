using DaskVine.Arrow;

namespace DaskVine.Client.Tests.Running;

[Collection(SharedVineGroup.Name)]
public sealed class DotnetTests(SharedVine shared)
{
    private readonly Vine _vine = shared.Vine;

    [Fact]
    public void Compute_MethodGroups_RunAtWorkers()
    {
        var total = Delayed.Call(Kernels.Total, Delayed.Call(Kernels.Fill, 1.0, 4), 0.5);

        Assert.Equal(5.0, total.Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_Expression_RunsAtWorkers()
    {
        var half = Delayed.Call(Kernels.Half, Delayed.Call(Kernels.Answer));

        Assert.Equal(25.0, Delayed.Call(() => Kernels.Four(half.Value, Kernels.Half(4), 1, 1)).Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_Lambda_RunsAtWorkers() =>
        Assert.Equal("3 apples", Delayed.Call(static (int count) => $"{count} apples", 3).Compute(scheduler: _vine.Get));

    [Fact]
    public void Compute_GraphDictionary_MixesRuntimes()
    {
        var graph = new Graph
        {
            ["n"] = Call.Of(PythonFunctions.Add, 3, 1),
            ["half"] = Call.Of(Kernels.Half, "n"),
            ["nested"] = Call.Of(Kernels.Half, Call.Of(PythonFunctions.Multiply, "half", 10)),
            ["text"] = Call.Of(PythonFunctions.Text, "nested"),
        };

        var results = graph.Compute(new[] { "half", "nested", "text" }, scheduler: _vine.Get);

        Assert.Equal((2.0, 10.0, "10.0"), (results.Get<double>("half"), results.Get<double>("nested"), results.Get<string>("text")));
    }

    [Fact]
    public void Compute_FunctionOfTheFramework_NeedsNoAssembly() =>
        Assert.Equal(3.0, Delayed.Call(Math.Sqrt, 9.0).Compute(scheduler: _vine.Get));

    [Fact]
    public void Compute_Record_Comes()
    {
        var moved = Delayed.Call(Kernels.Move, new Point(1, 2, "a"), 10);

        Assert.Equal(new Point(11, 2, "a"), moved.Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_LargeArray_Comes()
    {
        const int count = 3_000_000;
        var filled = Delayed.Call(Kernels.Fill, 0.5, count).Compute(scheduler: _vine.Get);

        Assert.Equal((count, 0.5, count - 0.5), (filled.Length, filled[0], filled[^1]));
    }

    [Fact]
    public void Compute_AnyResult_Comes()
    {
        Assert.Equal(8.0, Delayed.Call(Kernels.Grid, 3, 3).Compute(scheduler: _vine.Get)[2, 2]);
        Assert.Equal([1.0, 2.0], Delayed.Call(Kernels.Columns, 2).Compute(scheduler: _vine.Get)["y"]);
        Assert.Null(Delayed.Call(Kernels.Nothing).Compute(scheduler: _vine.Get));
        Assert.Equal(["a", "a"], Delayed.Call(Kernels.Twice<string>, "a").Compute(scheduler: _vine.Get));
        Assert.Equal(5, Delayed.Call<int>(Kernels.Later, 4).Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ArrayOfPython_IsReadByDotnet()
    {
        var numbers = PythonFunctions.Range.Call<double[]>(5.0);

        Assert.Equal(20.0, Delayed.Call(Kernels.Total, numbers, 2.0).Compute(scheduler: _vine.Get));
        Assert.Equal([0.0, 1.0, 2.0, 3.0, 4.0], numbers.Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ArrayOfDotnet_IsReadByPython()
    {
        var mean = Python.Function("numpy:mean").Call<double>(Delayed.Call(Kernels.Fill, 1.0, 3));

        Assert.Equal(2.0, mean.Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_TableOfPython_IsReadByDotnet()
    {
        var table = Python.Function("pandas:DataFrame").Call<ArrowTable>(Delayed.Call(Kernels.Columns, 3));

        Assert.Equal(6.0, Delayed.Call(Kernels.TotalOfY, table).Compute(scheduler: _vine.Get));
        Assert.Equal(3, table.Compute(scheduler: _vine.Get).RowCount);
    }

    [Fact]
    public async Task Compute_ManagerElsewhere_IsSentTheAssemblies()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        vine.IsNear = false;

        Assert.Equal(21.0, Delayed.Call(Kernels.Half, 42).Compute(scheduler: vine.Get));
    }

    [Fact]
    public void Compute_FunctionThatEndsItsProcess_IsNamed()
    {
        var graph = new Graph { ["crash"] = Call.Of(Kernels.Crash) };

        var died = Assert.Throws<RemoteException>(() => graph.Compute("crash", scheduler: _vine.Get));

        Assert.Equal(("crash", "Kernels.Crash"), (died.Key, died.Function));
        Assert.Equal(42, Delayed.Call(Kernels.Answer).Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ListOfDelayed_IsReadByATask()
    {
        var parts = Enumerable.Range(0, 5).Select(i => Delayed.Call(Kernels.Half, i)).ToArray();

        Assert.Equal(5.0, Delayed.Call<double>(Kernels.TotalOf, new object[] { parts }).Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ListOfKeys_IsAValue()
    {
        var graph = new Graph { ["a"] = Call.Of(Kernels.Half, 3), ["b"] = 2.5, ["all"] = new object[] { "a", "b" } };

        Assert.Equal([1.5, 2.5], graph.Compute<double[]>("all", scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_Context_IsGiven()
    {
        var scaled = Delayed.Call<double>(Kernels.Scaled, 2.0);

        Assert.Equal(7.0, scaled.Compute(
            scheduler: _vine.Get, libContext: Context.Of(Kernels.MakeModel, 3.5), libResources: new(cores: 2, slots: 2)));
    }

    [Fact]
    public void Compute_TasksMode_LeavesDotnetInItsLibrary()
    {
        var half = Delayed.Call(Kernels.Half, PythonFunctions.Add.Call<int>(1, 2));

        Assert.Equal(1.5, half.Compute(scheduler: _vine.Get, taskMode: TaskMode.Tasks));
    }

    [Fact]
    public void Compute_FunctionThrows_AllIsTold()
    {
        var graph = new Graph { ["r"] = Call.Of(Kernels.Refuse, 7) };

        var raised = Assert.Throws<RemoteException>(() => graph.Compute("r", scheduler: _vine.Get));

        Assert.Equal(("r", "w1", "Kernels.Refuse"), (raised.Key, raised.Worker, raised.Function));
        Assert.EndsWith("InvalidOperationException", raised.RemoteType);
        Assert.Equal("it is 7", raised.RemoteMessage);
        Assert.Contains("Kernels.Refuse", raised.RemoteStackTrace);
    }

    [Fact]
    public void Compute_MoreSlotsThanCores_IsRefused()
    {
        var refused = Assert.Throws<GraphException>(
            () => Delayed.Call(Kernels.Answer).Compute(scheduler: _vine.Get, libResources: new(cores: 1, slots: 2)));

        Assert.Contains("2 slots on 1 cores", refused.Message);
    }

    [Fact]
    public void Compute_Chain_Ends()
    {
        var last = Delayed.Call(Kernels.Half, 8);
        for (var i = 0; i < 500; i++)
            last = Delayed.Call(Kernels.Four, last, 0.0, 0.5, 0.5);

        Assert.Equal(504.0, last.Compute(scheduler: _vine.Get));
    }
}
