using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Client.Tests.Graphs;

public sealed class PlanTests
{
    private static readonly PythonFunction s_add = PythonFunctions.Add;

    [Fact]
    public void Make_Graph_HasWhatIsNeededInOrder()
    {
        var graph = new Graph
        {
            ["total"] = Call.Of(s_add, "a", Call.Of(s_add, ("x", 1), "no key")),
            ["a"] = 1,
            [("x", 1)] = "a",
            ["unused"] = Call.Of(s_add, "total", 1),
        };

        var plan = Plan.Make(graph, ["total"]);

        Assert.Equal(["a", "total"], plan.Nodes.Select(node => node.Key));
        Assert.Equal([0], plan.Nodes[1].Inputs);
        Assert.Equal(plan.Number("a"), plan.Number(Keys.Normalize(("x", 1))));
    }

    [Fact]
    public void Make_Lists_HoldKeys()
    {
        var graph = new Graph { ["a"] = 1, ["b"] = 2, ["all"] = new object[] { "a", new List<string> { "b", "c" }, 7 } };

        var plan = Plan.Make(graph, ["all"]);

        Assert.Equal([0, 1], plan.Nodes[^1].Inputs);
    }

    [Fact]
    public void Make_ArrayOfNumbers_IsData()
    {
        var graph = new Graph { [1] = 10, ["data"] = new[] { 1, 1 }, ["keys"] = new List<int> { 1 } };

        Assert.Single(Plan.Make(graph, ["data"]).Nodes);
        Assert.Equal(2, Plan.Make(graph, ["keys"]).Nodes.Count);
    }

    [Fact]
    public void Make_Value_IsNoKey()
    {
        var graph = new Graph { ["a"] = 1, ["b"] = Graph.Value("a") };

        Assert.Equal(new Part(PartKind.Literal, "a"), Assert.Single(Plan.Make(graph, ["b"]).Nodes).Part);
    }

    [Fact]
    public void Make_LongChain_IsWalked()
    {
        const int length = 100_000;
        var graph = new Graph { [("x", 0)] = 0 };
        for (var i = 1; i < length; i++)
            graph[("x", i)] = Call.Of(s_add, ("x", i - 1), 1);

        Assert.Equal(length, Plan.Make(graph, [Keys.Normalize(("x", length - 1))]).Nodes.Count);
    }

    [Fact]
    public void Make_LongChainOfDelayed_IsWalked()
    {
        var last = Delayed.Value(0);
        for (var i = 0; i < 100_000; i++)
            last = s_add.Call<int>(last, 1);

        Assert.Equal(100_001, Plan.Make([], [last]).Nodes.Count);
    }

    [Fact]
    public void Make_DeeplyNestedTask_IsRefused()
    {
        var call = Call.Of(s_add, 1, 1);
        for (var i = 0; i < 1_000_000; i++)
            call = Call.Of(s_add, call, 1);

        var refused = Assert.Throws<GraphException>(() => Plan.Make(new Graph { ["deep"] = call }, ["deep"]));

        Assert.Contains("give its inner calls", refused.Message);
    }

    [Fact]
    public void Make_Cycle_IsNamed()
    {
        var graph = new Graph
        {
            ["start"] = Call.Of(s_add, "a", 1),
            ["a"] = Call.Of(s_add, ("b", 0), 1),
            [("b", 0)] = new object[] { "a" },
        };

        var refused = Assert.Throws<GraphException>(() => Plan.Make(graph, ["start"]));

        Assert.Equal("cycle detected: a -> ('b', 0) -> a", refused.Message);
        Assert.Equal("cycle detected: a -> a", Assert.Throws<GraphException>(() => Plan.Make(new Graph { ["a"] = "a" }, ["a"])).Message);
    }

    [Fact]
    public void Make_MissingKeys_AreNamed()
    {
        var graph = new Graph { ["a"] = Call.Of(s_add, Graph.Ref(("x", 1)), 1) };

        Assert.Equal("b is not a key in the graph", Assert.Throws<GraphException>(() => Plan.Make(graph, ["b"])).Message);
        Assert.Contains("('x', 1), which a needs", Assert.Throws<GraphException>(() => Plan.Make(graph, ["a"])).Message);
    }

    [Fact]
    public void Make_TaskOfAnotherRuntime_IsANodeOfItsOwn()
    {
        var python = Call.Of(s_add, 1, Call.Of(s_add, 2, 3));
        var graph = new Graph { ["a"] = Call.Of(Math.Sqrt, python), ["b"] = Call.Of(s_add, "a", 1) };

        var plan = Plan.Make(graph, ["b"]);

        Assert.Equal([python, "a", "b"], plan.Nodes.Select(node => node.Key));
        Assert.Equal([Runtime.Python, Runtime.Dotnet, Runtime.Python], plan.Nodes.Select(node => node.Runtime!.Value));
        Assert.Equal([true, false, true], plan.Nodes.Select(node => node.IsNeutral));
    }

    [Fact]
    public void Make_FunctionsInLists_AreKnown()
    {
        var graph = new Graph { ["a"] = Call.Of(Kernels.TotalOf, new object[] { new[] { Call.Of(Math.Sqrt, 4.0), Call.Of(s_add, 1, 2) } }) };

        var plan = Plan.Make(graph, ["a"]);

        Assert.Equal(["Kernels.TotalOf", "Math.Sqrt", "operator:add"], plan.Functions.Select(function => function.Name).Order(StringComparer.Ordinal));
        Assert.Equal(2, plan.Nodes.Count);
    }

    [Fact]
    public void Make_AnyGraph_HasWhatIsReachedOnceAndInputsFirst()
    {
        // Node i reads nodes of lower numbers, in one of three forms.
        var graphs = Gen.Choose(0, 1000).ListOf().Where(list => list.Count > 0).ToArbitrary();
        Prop.ForAll(graphs, list =>
        {
            var (graph, reads) = Draw([.. list]);
            var wanted = Key(reads.Length - 1);
            var plan = Plan.Make(graph, [wanted]);
            var reached = Reached(reads);
            return plan.Nodes.Select(node => node.Key).Distinct().Count() == plan.Nodes.Count
                && plan.Nodes.Select((node, number) => node.Inputs.All(input => input < number)).All(isBefore => isBefore)
                && reached.All(i => plan.Number(Key(i)) < plan.Nodes.Count)
                && plan.Nodes.All(node => reached.Any(i => Key(i).Equals(node.Key)));
        }).QuickCheckThrowOnFailure();
    }

    private static object Key(int i) => Keys.Normalize((i % 3) switch { 0 => $"k{i}", 1 => i, _ => ("t", i) });

    private static (Graph Graph, int[][] Reads) Draw(int[] chances)
    {
        var graph = new Graph();
        var reads = new int[chances.Length][];
        for (var i = 0; i < chances.Length; i++)
        {
            reads[i] = i == 0 || chances[i] % 5 == 0 ? [] : chances[i] % 5 == 1 ? [chances[i] % i] : [chances[i] % i, chances[i] / 7 % i];
            graph[Key(i)] = (reads[i], chances[i] % 5) switch
            {
                ([], _) => (object)0.5,
                ([var one], _) => Key(one),
                ([var one, var other], 2) => new[] { Key(one), new[] { Key(other) } },
                ([var one, var other], 3) => Call.Of(s_add, Key(one), Call.Of(s_add, Key(other), "text")),
                ([var one, var other], _) => Call.Of(s_add, Key(one), new List<object> { Key(other) }),
                _ => throw new InvalidOperationException(),
            };
        }

        return (graph, reads);
    }

    private static HashSet<int> Reached(int[][] reads)
    {
        var reached = new HashSet<int>();
        var rest = new Stack<int>([reads.Length - 1]);
        while (rest.TryPop(out var node))
        {
            if (!reached.Add(node))
                continue;
            foreach (var read in reads[node])
                rest.Push(read);
        }

        return reached;
    }
}
