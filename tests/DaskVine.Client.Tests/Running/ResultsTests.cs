using System.Collections.Concurrent;

namespace DaskVine.Client.Tests.Running;

[Collection(SharedVineGroup.Name)]
public sealed class ResultsTests(SharedVine shared)
{
    private readonly Vine _vine = shared.Vine;

    [Fact]
    public void Compute_Graph_NestsCallsAndReadsKeys()
    {
        var graph = new Graph
        {
            ["a"] = 16,
            ["b"] = Call.Of(Python.Function("math:sqrt"), "a"),
            [("x", 0)] = Call.Of(PythonFunctions.Add, "b", Call.Of(PythonFunctions.Multiply, 2, "a")),
            ["alias"] = ("x", 0),
        };

        var results = graph.Compute(new object[] { ("x", 0), "alias", "a" }, scheduler: _vine.Get);

        Assert.Equal(3, results.Count);
        Assert.Equal((36.0, 36.0, 16), (results.Get<double>(("x", 0)), results.Get<double>("alias"), results.Get<int>("a")));
    }

    [Fact]
    public void Compute_Delayed_IsComputed()
    {
        var sum = PythonFunctions.Add.Call<int>(Delayed.Value(1), PythonFunctions.Multiply.Call<int>(2, 3));

        Assert.Equal(7, sum.Compute(scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ValueOfPython_IsReadAsItsType()
    {
        Assert.Equal(7, Same<int>(7));
        Assert.Equal(7UL, Same<ulong>(7UL));
        Assert.Equal(1.5, Same<double>(1.5));
        Assert.True(Same<bool>(true));
        Assert.Equal("große", Same<string>("große"));
        Assert.Equal([1, 2, 3], Same<byte[]>(new byte[] { 1, 2, 3 }));
        Assert.Null(Same<string>(null));
    }

    [Fact]
    public void Compute_Keywords_ReachTheFunction()
    {
        var graph = new Graph { ["n"] = Call.Of(Python.Function("builtins:int"), "ff").With("base", 16) };

        Assert.Equal(255, graph.Compute<int>("n", scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_ListOfKeys_IsReadByATask()
    {
        var graph = new Graph { ["a"] = 1, [("b", 1)] = 2, ["sum"] = Call.Of(PythonFunctions.Sum, new List<object> { "a", ("b", 1), 3 }) };

        Assert.Equal(6, graph.Compute<int>("sum", scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_FunctionInAClass_IsFound()
    {
        var graph = new Graph { ["joined"] = Call.Of(Python.Function("builtins:str.upper"), "abc") };

        Assert.Equal("ABC", graph.Compute<string>("joined", scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_LargeText_ComesInPieces()
    {
        const int length = 40_000_000;
        var graph = new Graph { ["text"] = Call.Of(PythonFunctions.Multiply, "x", length) };

        Assert.Equal(new string('x', length), graph.Compute<string>("text", scheduler: _vine.Get));
    }

    [Fact]
    public void Compute_LargeLiteral_IsSent()
    {
        var bytes = new byte[20_000_000];
        bytes[^1] = 7;
        var graph = new Graph { ["data"] = bytes, ["length"] = Call.Of(Python.Function("builtins:len"), "data") };

        Assert.Equal(bytes.Length, graph.Compute<int>("length", scheduler: _vine.Get));
    }

    [Fact]
    public void Get_OtherKeyOrType_IsRefused()
    {
        var results = new Graph { ["a"] = "text", ["b"] = 1 }.Compute("a", scheduler: _vine.Get);

        Assert.Equal("b was not asked for", Assert.Throws<GraphException>(() => results.Get<int>("b")).Message);
        Assert.Contains("the result of a", Assert.Throws<GraphException>(() => results.Get<double[]>("a")).Message);
    }

    [Fact]
    public async Task ComputeAsync_ManyAtOnce_EachHasItsOwn()
    {
        var sums = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            new Graph { ["a"] = i, ["b"] = Call.Of(PythonFunctions.Add, "a", 1000) }.ComputeAsync<int>("b", scheduler: _vine.Get))));

        Assert.Equal(Enumerable.Range(1000, 50), sums);
    }

    [Fact]
    public void Compute_ManyKeys_AllCome()
    {
        const int count = 5000;
        var graph = new Graph();
        for (var i = 0; i < count; i++)
            graph[("x", i)] = Call.Of(PythonFunctions.Add, i, 0.5);

        var results = graph.Compute(Enumerable.Range(0, count).Select(i => (object)("x", i)).ToList(), scheduler: _vine.Get);

        Assert.All(Enumerable.Range(0, count), i => Assert.Equal(i + 0.5, results.Get<double>(("x", i))));
    }

    [Fact]
    public void Compute_Progress_IsTold()
    {
        var told = new ConcurrentBag<GraphProgress>();
        var graph = new Graph { ["a"] = Call.Of(PythonFunctions.Add, 1, 2), ["b"] = Call.Of(PythonFunctions.Add, "a", 2) };

        graph.Compute("b", scheduler: _vine.Get, progress: new Told<GraphProgress>(told.Add));

        Assert.Contains(told, progress => progress.Total == 2);
    }

    [Fact]
    public void Compute_WithOptions_Computes()
    {
        var graph = new Graph { ["a"] = Call.Of(PythonFunctions.Add, 1, 2) };

        Assert.Equal(3, graph.Compute<int>(
            "a", scheduler: _vine.Get, lazyTransfers: false, taskMode: TaskMode.Tasks, priority: -1.5, retries: 2, workers: ["w1"]));
    }

    private T Same<T>(object? value) => PythonFunctions.Same.Call<T>(value).Compute(scheduler: _vine.Get);
}
